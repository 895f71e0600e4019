/** What every command on a library shares: opening it, interruption, progress, and where output goes. */
import { AkinError, asAkinError } from '../errors.ts';
import { openLibrary } from '../library.ts';
import type { Library } from '../library.ts';
import { libraryFolder } from '../library-location.ts';
import { ProgressLine } from './progress-line.ts';

export interface LibraryOptions {
  library?: string;
  json?: boolean;
}

export interface Session {
  library: Library;
  /** Aborted when the user interrupts, or reads no more. */
  signal: AbortSignal;
  json: boolean;
}

/**
 * Opens the library, runs the command on it and closes it again, also when it fails or is interrupted.
 * @throws AkinError `cancelled` after an interruption, and what opening and the command throw
 */
export async function withLibrary(
  options: LibraryOptions,
  command: (session: Session) => Promise<void>,
): Promise<void> {
  const library = await openLibrary({ folder: options.library ?? libraryFolder() });
  const controller = new AbortController();
  const progress = new ProgressLine();
  const stop = (reason: 'interrupted' | 'unread') => {
    controller.abort(reason);
    library.cancel();
  };
  const interrupt = () => stop('interrupted');
  // A reader that has seen enough, as in `akin list | head`: nothing more is worth doing.
  const leave = () => stop('unread');
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  process.stdout.once('error', leave);
  library.on('progress', (current) => progress.show(current));
  library.on('notice', (notice) => progress.say(notice.message));
  library.tellNotices();
  const { signal } = controller;
  try {
    await command({ library, signal, json: options.json ?? false });
    signal.throwIfAborted();
  } catch (error) {
    if (!signal.aborted) throw error;
    if (signal.reason === 'interrupted') throw new AkinError('cancelled', {}, { cause: error });
  } finally {
    progress.clear();
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
    process.stdout.off('error', leave);
    await library.close();
  }
}

/**
 * Does work without a library of the user's, which the signal ends when the user interrupts.
 * @throws AkinError `cancelled` after an interruption, and what the work throws
 */
export async function interruptible(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  const interrupt = () => controller.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    await work(controller.signal);
  } catch (error) {
    throw controller.signal.aborted ? new AkinError('cancelled', {}, { cause: error }) : error;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

/** Results for people go to standard output. */
export function printLine(line: string): void {
  process.stdout.write(`${printable(line)}\n`);
}

/** Results for programs: one object a line. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Tells what went wrong, and has the exit code say so too: 130 for an interruption, else 1. */
export function reportFailure(error: unknown): void {
  const { code, message } = asAkinError(error);
  process.stderr.write(`${printable(message)}\n`);
  process.exitCode = code === 'cancelled' ? 130 : 1;
}

/** Control characters, which a file's name may hold, would break the line or command the terminal. */
function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\0-\x1f\x7f-\x9f]/g, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0');
    return character === '\n' ? '\\n' : `\\u${code}`;
  });
}
