import { AkinError } from '../../errors.ts';

/** What every reader of foreign weights throws about a file that it refuses. */
export function weightsDamaged(file: string, reason: string, cause?: unknown): AkinError {
  return new AkinError('model-damaged', { path: file, reason }, { cause });
}
