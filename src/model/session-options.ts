import { availableParallelism } from 'node:os';
import type { InferenceSession } from 'onnxruntime-node';

/**
 * How Akin runs networks on onnxruntime.
 * @param threads threads that one run uses. Left to itself, onnxruntime would tie each of its threads to a processor,
 *   and wait there while a decoder has it.
 */
export function sessionOptions(threads = availableParallelism()): InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
    logSeverityLevel: 3,
    intraOpNumThreads: threads,
    // Threads that spin while they wait for work keep the decoders from the processor.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
}
