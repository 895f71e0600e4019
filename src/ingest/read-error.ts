import { AkinError } from '../errors.ts';
import { codeOf } from './walk.ts';

/** What the system's refusal to read a file means for the user. @param path for display */
export function asReadError(error: unknown, path: string): AkinError {
  const code = codeOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new AkinError('photo-missing', { path }, { cause: error });
  if (code === 'EACCES' || code === 'EPERM') return new AkinError('photo-denied', { path }, { cause: error });
  return new AkinError('photo-unreadable', { path, reason: code }, { cause: error });
}

/** Whether the file itself may be fine: it could only not be read this time. */
export function isReadError(code: string): boolean {
  return code === 'photo-denied' || code === 'photo-unreadable';
}
