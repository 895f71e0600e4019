/** WebAssembly with SIMD: one thread of the processor, everywhere. */
import { AkinError } from '../../errors.ts';
import type { TensorFlow } from '../tensorflow.ts';
import type { Backend } from './backend.ts';
import { registerWasmGradients } from './wasm-gradients.ts';

/** How the package makes a backend; it registers that once, as it is loaded. */
let factory: ReturnType<TensorFlow['findBackendFactory']> | null = null;

/** @param load a `require` that finds the package */
export async function openWasm(tf: TensorFlow, load: NodeJS.Require): Promise<Backend> {
  if (factory === null) {
    load('@tensorflow/tfjs-backend-wasm');
    factory = tf.findBackendFactory('wasm');
    registerWasmGradients(tf);
  }
  tf.registerBackend('wasm', factory);
  const isOpen = await withoutListeners(() => tf.setBackend('wasm'));
  if (!isOpen) throw unavailable('WebAssembly does not start');
  // Without SIMD, on old processors, it would work for days.
  if (!tf.env().get('WASM_HAS_SIMD_SUPPORT')) throw unavailable('the processor has no SIMD');
  return {
    name: 'wasm',
    device: 'CPU',
    software: false,
    tf,
    failure: () => null,
    close: () => Promise.resolve(tf.removeBackend('wasm')),
  };
}

/** The module would have a say in how the process ends after errors that are not caught. */
async function withoutListeners<Result>(start: () => Promise<Result>): Promise<Result> {
  const events = ['uncaughtException', 'unhandledRejection'];
  const before = events.map((event) => process.rawListeners(event));
  const result = await start();
  for (const [index, event] of events.entries()) {
    for (const listener of process.rawListeners(event) as (() => void)[]) {
      if (!before[index]!.includes(listener)) process.off(event, listener);
    }
  }
  return result;
}

function unavailable(reason: string): AkinError {
  return new AkinError('training-backend', { backend: 'wasm', reason });
}
