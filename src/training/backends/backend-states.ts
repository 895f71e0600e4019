/** What this machine can train on. */
import { backendNames } from '../../api-training.ts';
import type { BackendState, Depth } from '../../api-training.ts';
import { asAkinError } from '../../errors.ts';
import { tryBackend } from '../training-process.ts';
import { secondsOfRuns } from './probe.ts';

export interface TriedBackend extends Omit<BackendState, 'seconds'> {
  /** Seconds that a step takes for each of its views; null where that was not measured. */
  readonly views: Record<Depth, number> | null;
}

/**
 * Tries all of them, one after the other: each takes as much of the processor as it can.
 * @param modelFolder of the model to measure them with; null to measure nothing
 */
export async function tryBackends(modelFolder: string | null): Promise<TriedBackend[]> {
  const tried: TriedBackend[] = [];
  for (const backend of backendNames) {
    try {
      const { device, views } = await tryBackend(backend, modelFolder);
      tried.push({ backend, device, available: true, reason: '', views });
    } catch (error) {
      const { message, details } = asAkinError(error);
      const reason = String(details['reason'] ?? message);
      tried.push({ backend, device: '', available: false, reason, views: null });
    }
  }
  return tried;
}

/** @param albums to learn from */
export function backendStates(tried: readonly TriedBackend[], albums: number): BackendState[] {
  return tried.map(({ views, ...rest }) => ({ ...rest, seconds: views && secondsOfRuns(views, albums) }));
}
