import { availableParallelism } from 'node:os';
import type { InferenceSession } from 'onnxruntime-node';

// onnxruntime reports what it does to its makers, and keeps a log of that among the temporary files, unless this is set
// before its first session: Akin makes no network connection.
process.env.ORT_DISABLE_TELEMETRY = '1';

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
