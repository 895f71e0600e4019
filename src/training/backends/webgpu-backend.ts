/** WebGPU by Dawn: graphics cards of all makers, by Vulkan, Metal or Direct3D. */
import type * as webgpuPackage from '@tensorflow/tfjs-backend-webgpu';
import { AkinError } from '../../errors.ts';
import type { TensorFlow } from '../tensorflow.ts';
import type { Backend, BackendOptions } from './backend.ts';

type Gpu = ReturnType<(typeof import('webgpu'))['create']>;
type Adapter = NonNullable<Awaited<ReturnType<Gpu['requestAdapter']>>>;
type Device = Awaited<ReturnType<Adapter['requestDevice']>>;

/** What processors that do a graphics card's work call themselves. */
const softwareNames = /swiftshader|llvmpipe|lavapipe|software|basic render/i;

/** Those that the kernels of TensorFlow.js make use of, as far as the adapter goes. */
const limits = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const;

/** @param load a `require` that finds the packages */
export async function openWebgpu(
  tf: TensorFlow,
  load: NodeJS.Require,
  { allowSoftware = false }: BackendOptions,
): Promise<Backend> {
  // Loaded while there is no `navigator.gpu`, the package registers nothing of its own.
  const { WebGPUBackend } = load('@tensorflow/tfjs-backend-webgpu') as typeof webgpuPackage;
  const gpu = await openDawn();
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) throw unavailable('there is no graphics card with a driver for it');
  const device = adapter.info.description || adapter.info.device || adapter.info.vendor || 'GPU';
  const software =
    adapter.info.isFallbackAdapter || softwareNames.test(Object.values(names(adapter)).join(' '));
  if (software && !allowSoftware) {
    throw unavailable(`there is no graphics card, only ${device}, by which the processor stands in for one`);
  }
  const gpuDevice = await adapter.requestDevice({
    requiredLimits: Object.fromEntries(limits.map((name) => [name, adapter.limits[name]])),
  });
  const watch = watchDevice(gpuDevice, device);
  // The kernels look there whether WebGPU is to be had.
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
  tf.registerBackend('webgpu', () => new WebGPUBackend(gpuDevice, adapter.info));
  if (!(await tf.setBackend('webgpu'))) throw unavailable(`TensorFlow.js does not start on ${device}`);
  return {
    name: 'webgpu',
    device,
    software,
    tf,
    failure: watch.failure,
    close: async () => {
      watch.end();
      tf.removeBackend('webgpu');
      gpuDevice.destroy();
      // Dawn keeps the process alive as long as anything refers to it.
      Reflect.deleteProperty(globalThis.navigator, 'gpu');
      await gpuDevice.lost;
    },
  };
}

/** @throws AkinError when the library for this system is missing or does not load */
async function openDawn(): Promise<Gpu> {
  try {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    return create([]);
  } catch (error) {
    throw unavailable((error as Error).message.split('\n')[0]!);
  }
}

function names({ info }: Adapter): string[] {
  return [info.vendor, info.architecture, info.device, info.description];
}

/** Keeps the first thing that goes wrong with the device; WebGPU reports that, and throws nothing. */
function watchDevice(gpuDevice: Device, device: string): { failure(): AkinError | null; end(): void } {
  let failure: AkinError | null = null;
  let isEnding = false;
  void gpuDevice.lost.then(() => {
    if (!isEnding) failure ??= new AkinError('training-device-lost', { device });
  });
  gpuDevice.addEventListener('uncapturederror', (event) => {
    event.preventDefault();
    failure ??= unavailable(`${device} reports: ${event.error.message.split('\n')[0]}`);
  });
  return { failure: () => failure, end: () => (isEnding = true) };
}

function unavailable(reason: string): AkinError {
  return new AkinError('training-backend', { backend: 'webgpu', reason });
}
