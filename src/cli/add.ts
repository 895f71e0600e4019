import { Command } from 'commander';
import { printJson, printLine, reportFailure, withLibrary } from './session.ts';
import type { LibraryOptions } from './session.ts';

/** `akin add FOLDER...`: puts folders into the library; `akin index` reads them. */
export function addCommand(): Command {
  return new Command('add')
    .description('Add folders to the library; "akin index" then reads their photos.')
    .argument('<folders...>', 'folders with photos')
    .action(async (folders: string[], _options, command: Command) =>
      withLibrary(command.optsWithGlobals<LibraryOptions>(), async ({ library, json }) => {
        for (const wanted of folders) {
          try {
            const folder = await library.addFolder(wanted);
            if (json) printJson({ id: folder.id, path: folder.path, photos: folder.photos });
            else printLine(`Added ${folder.path}`);
          } catch (error) {
            reportFailure(error);
          }
        }
      }),
    );
}
