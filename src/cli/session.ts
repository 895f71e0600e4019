/** What every command on a library shares: opening it, interruption, progress, and where output goes. */
import { AkinError } from '../errors.ts';
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
  /** Aborted when the user interrupts. */
  signal: AbortSignal;
  json: boolean;
}

/** Opens the library, runs the command on it and closes it again, also when it fails or is interrupted. */
export async function withLibrary(
  options: LibraryOptions,
  command: (session: Session) => Promise<void>,
): Promise<void> {
  const library = await openLibrary({ folder: options.library ?? libraryFolder() });
  const controller = new AbortController();
  const progress = new ProgressLine();
  const interrupt = () => {
    controller.abort();
    library.cancel();
  };
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  library.on('progress', (current) => progress.show(current));
  library.on('notice', (notice) => progress.say(notice.message));
  library.tellNotices();
  try {
    await command({ library, signal: controller.signal, json: options.json ?? false });
    if (controller.signal.aborted) throw new AkinError('cancelled');
  } finally {
    progress.clear();
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
    await library.close();
  }
}

/** Results go to standard output, one object a line. */
export function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function printJson(value: unknown): void {
  printLine(JSON.stringify(value));
}
