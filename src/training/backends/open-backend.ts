/** Opens what training runs on. Nothing of TensorFlow.js is loaded before. */
import { createRequire } from 'node:module';
import type { BackendName } from '../../api-training.ts';
import type { TensorFlow } from '../tensorflow.ts';
import type { Backend, BackendOptions } from './backend.ts';
import { openTensorflow } from './tensorflow-backend.ts';
import { openWasm } from './wasm-backend.ts';
import { openWebgpu } from './webgpu-backend.ts';

const load = createRequire(import.meta.url);

/**
 * Loads a backend and makes it the current one of its namespace.
 * @throws AkinError training-backend when it does not run here, with the reason
 */
export async function openBackend(name: BackendName, options: BackendOptions = {}): Promise<Backend> {
  const tf = load('@tensorflow/tfjs') as TensorFlow;
  // Else it advertises packages on the standard error.
  tf.enableProdMode();
  switch (name) {
    case 'tensorflow':
      return openTensorflow(load);
    case 'webgpu':
      return openWebgpu(tf, load, options);
    case 'wasm':
      return openWasm(tf, load);
  }
}
