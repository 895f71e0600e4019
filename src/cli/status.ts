import { Command } from 'commander';
import { printJson, printLine, withLibrary } from './session.ts';
import type { LibraryOptions } from './session.ts';

/** `akin status`: what the library holds. */
export function statusCommand(): Command {
  return new Command('status')
    .description('Show what the library holds.')
    .action(async (_options, command: Command) =>
      withLibrary(command.optsWithGlobals<LibraryOptions>(), async ({ library, json }) => {
        const { library: place, photos, indexed, failed, model } = library.status();
        const folders = library.folders();
        if (json) {
          const shown = folders.map(({ path, photos: count, state }) => ({ path, photos: count, state }));
          printJson({ library: place, photos, indexed, failed, model, folders: shown });
          return;
        }
        printLine(`Library   ${place}`);
        printLine(`Model     ${model}`);
        printLine(`Photos    ${photos} (${indexed} indexed, ${failed} files not read)`);
        for (const { path, photos: count, state } of folders) {
          printLine(`Folder    ${path} (${count} photos${state === 'ready' ? '' : `, ${state}`})`);
        }
      }),
    );
}
