/** Reads a file once, for its hash and for its picture. */
import { open } from 'node:fs/promises';
import { displayPath } from '../catalog/path-bytes.ts';
import { AkinError } from '../errors.ts';
import type { Task } from './scan.ts';
import { asReadError } from './read-error.ts';
import { systemPath } from './walk.ts';

/** Larger than any photo within the megapixel limit; a file is held in memory whole. */
const maximumBytes = 1 << 30;

/**
 * Reads the file of a task; null when it is not what the scan saw any more (gone, changed or being written): the
 * next scan meets it again.
 * @throws AkinError `photo-denied`, `photo-unreadable`
 */
export async function readTask(task: Task): Promise<Buffer | null> {
  const path = `${task.root}/${task.path}`;
  if (task.size > maximumBytes)
    throw new AkinError('photo-unreadable', { path: displayPath(path), reason: '> 1 GB' });
  try {
    const handle = await open(systemPath(path), 'r');
    try {
      // One byte more than expected, so that a file which has grown shows in the length.
      const buffer = Buffer.allocUnsafeSlow(task.size + 1);
      let length = 0;
      for (let read = -1; read !== 0 && length < buffer.length; length += read) {
        read = (await handle.read(buffer, length, buffer.length - length, length)).bytesRead;
      }
      const { mtimeMs, size } = await handle.stat();
      const asScanned = length === task.size && size === task.size && mtimeMs === task.modified;
      return asScanned ? buffer.subarray(0, length) : null;
    } finally {
      await handle.close();
    }
  } catch (error) {
    const failure = asReadError(error, displayPath(path));
    if (failure.code === 'photo-missing') return null;
    throw failure;
  }
}
