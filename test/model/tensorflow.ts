import { createRequire } from 'node:module';
import type * as tensorflow from '@tensorflow/tfjs';

const require = createRequire(import.meta.url);

/** TensorFlow.js on its wasm backend, which runs everywhere. */
export async function startTensorflow(): Promise<typeof tensorflow> {
  const tf = require('@tensorflow/tfjs') as typeof tensorflow;
  require('@tensorflow/tfjs-backend-wasm');
  await tf.setBackend('wasm');
  await tf.ready();
  return tf;
}
