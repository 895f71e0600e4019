import { Command } from 'commander';
import { printJson, printLine, withLibrary } from './session.ts';
import type { LibraryOptions } from './session.ts';

/** `akin list`: the photos of the library, newest first. */
export function listCommand(): Command {
  return new Command('list')
    .description('List the photos of the library, newest first.')
    .action(async (_options, command: Command) =>
      withLibrary(command.optsWithGlobals<LibraryOptions>(), async ({ library, signal, json }) => {
        for (const photoId of library.timeline().ids) {
          if (signal.aborted) return;
          const { path, width, height, format, takenAt } = library.photo(photoId);
          if (json) printJson({ path, width, height, format, takenAt });
          else printLine(path);
        }
      }),
    );
}
