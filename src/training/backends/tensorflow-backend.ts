/** Native TensorFlow, on a processor or a graphics card of NVIDIA, by the addon of @tensorflow/tfjs-node. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { AkinError } from '../../errors.ts';
import type { TensorFlow } from '../tensorflow.ts';
import type { Backend } from './backend.ts';

/** The addon is the same; the packages differ in the library that they would download. */
const packages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

/** @param load a `require` that finds the packages */
export async function openTensorflow(load: NodeJS.Require): Promise<Backend> {
  restoreRemoved(load);
  // Read by the library as it is loaded: errors only; and on a graphics card, the same sum each time, in the memory
  // that is needed and not in all that there is.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  process.env['TF_CUDNN_DETERMINISTIC'] ??= '1';
  process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true';
  const tf = loadFirst(load);
  await tf.setBackend('tensorflow');
  await tf.ready();
  const { isUsingGpuDevice } = tf.backend() as unknown as { isUsingGpuDevice: boolean };
  return {
    name: 'tensorflow',
    device: isUsingGpuDevice ? (nvidiaCard() ?? 'GPU') : 'CPU',
    software: false,
    tf,
    failure: () => null,
    // The library cannot be loaded a second time: it stays until the process ends.
    close: () => Promise.resolve(),
  };
}

/** What Node 23 took out of `util`, and these packages still call. */
function restoreRemoved(load: NodeJS.Require): void {
  const util = load('node:util') as Record<string, unknown>;
  util['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  util['isArray'] ??= Array.isArray;
}

function loadFirst(load: NodeJS.Require): TensorFlow {
  const reasons: string[] = [];
  for (const name of packages) {
    try {
      return load(name) as TensorFlow;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const isAbsent = code === 'MODULE_NOT_FOUND' && message.includes(`'${name}'`);
      if (!isAbsent)
        reasons.push(`${name}: ${isUnbuilt(message) ? 'its addon is not there' : message.trim()}`);
    }
  }
  const reason = reasons.length > 0 ? reasons.join('; ') : `${packages.at(-1)} is not installed`;
  throw new AkinError('training-backend', { backend: 'tensorflow', reason });
}

/** Whether the package is there without its addon, as it is where no script of it ran. */
function isUnbuilt(message: string): boolean {
  return message.includes('can not be found at path');
}

/** The first card, which TensorFlow takes; null where the driver does not tell. */
function nvidiaCard(folder = '/proc/driver/nvidia/gpus'): string | null {
  try {
    const [first] = readdirSync(folder).sort();
    const text = readFileSync(path.join(folder, first ?? '', 'information'), 'utf8');
    return /^Model:\s*(.+)$/m.exec(text)?.[1]?.trim() ?? null;
  } catch {
    return null;
  }
}
