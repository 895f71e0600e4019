/** What this machine can train on. */
import { backendNames } from '../../api-training.ts';
import type { BackendState } from '../../api-training.ts';
import { asAkinError } from '../../errors.ts';
import { tryBackend } from '../training-process.ts';

/** Tries all of them, one after the other: each takes as much of the processor as it can. */
export async function backendStates(): Promise<BackendState[]> {
  const states: BackendState[] = [];
  for (const backend of backendNames) {
    try {
      const device = await tryBackend(backend);
      states.push({ backend, device, available: true, reason: '', seconds: null });
    } catch (error) {
      const { message, details } = asAkinError(error);
      const reason = String(details['reason'] ?? message);
      states.push({ backend, device: '', available: false, reason, seconds: null });
    }
  }
  return states;
}
