/** TensorFlow.js as it is handed around: whoever trains decides which package and which backend runs it. */
import type * as tensorflow from '@tensorflow/tfjs';

export type TensorFlow = typeof tensorflow;
export type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs';
