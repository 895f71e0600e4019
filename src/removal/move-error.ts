import { AkinError } from '../errors.ts';
import { codeOf } from '../ingest/walk.ts';

/** What the system's refusal to move a file means for the user. @param path for display */
export function asMoveError(error: unknown, path: string): AkinError {
  if (error instanceof AkinError) return error;
  const reason = codeOf(error);
  const options = { cause: error };
  if (reason === 'ENOSPC' || reason === 'EDQUOT')
    return new AkinError('removal-disk-full', { path }, options);
  if (['EACCES', 'EPERM', 'EROFS'].includes(reason))
    return new AkinError('removal-denied', { path }, options);
  return new AkinError('removal-failed', { path, reason }, options);
}

/** The same for the trash, which gives its reasons in words as well. */
export function asTrashError(error: unknown, path: string): AkinError {
  if (error instanceof AkinError && error.code !== 'internal') return error;
  const reason =
    error instanceof AkinError
      ? String(error.details['reason'])
      : error instanceof Error
        ? error.message
        : String(error);
  return new AkinError('removal-trash', { path, reason }, { cause: error });
}
