import { setImmediate } from 'node:timers/promises';
import { Command } from 'commander';
import { printJson, printLine, withLibrary } from './session.ts';
import type { LibraryOptions } from './session.ts';

/** Photos between two looks at whether anybody still wants the rest. */
const stretch = 500;

/** `akin list`: the photos of the library, newest first. */
export function listCommand(): Command {
  return new Command('list')
    .description('List the photos of the library, newest first.')
    .action(async (_options, command: Command) =>
      withLibrary(command.optsWithGlobals<LibraryOptions>(), async ({ library, signal, json }) => {
        for (const [index, photoId] of library.timeline().ids.entries()) {
          if (index % stretch === 0) await setImmediate();
          if (signal.aborted) return;
          const { path, width, height, format, takenAt } = library.photo(photoId);
          if (json) printJson({ path, width, height, format, takenAt });
          else printLine(path);
        }
      }),
    );
}
