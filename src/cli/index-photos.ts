import { Command, Option } from 'commander';
import { librarySettingsSchema } from '../api.ts';
import type { LibrarySettings } from '../api.ts';
import { AkinError } from '../errors.ts';
import type { IndexingSummary } from '../ingest/indexing.ts';
import type { Library } from '../library.ts';
import { printJson, printLine, withLibrary } from './session.ts';
import type { LibraryOptions } from './session.ts';

interface IndexOptions extends LibraryOptions {
  scales?: LibrarySettings['scales'];
}

/** `akin index`: reads what is new or changed in the library's folders. */
export function indexCommand(): Command {
  return new Command('index')
    .description('Read new and changed photos in all folders.')
    .addOption(
      new Option(
        '--scales <how-many>',
        'describe photos at one size or at three, all of them anew where that changes',
      ).choices(librarySettingsSchema.shape.scales.options),
    )
    .action(async (_options, command: Command) => {
      const options = command.optsWithGlobals<IndexOptions>();
      return withLibrary(options, async ({ library, json }) => {
        if (library.folders().length === 0) throw new AkinError('no-photos');
        if (options.scales) await library.set({ scales: options.scales });
        const summary = await indexPhotos(library);
        const failed = library.failures().map(({ path, reason }) => ({ path, reason }));
        if (json) {
          const { indexed, unchanged, moved, removed, photosPerSecond } = summary;
          printJson({ indexed, unchanged, failed, photosPerSecond, moved, removed });
        } else {
          printLine(wording(summary));
          for (const { path, reason } of failed) printLine(`Not read: ${path} (${reason})`);
        }
        // Notices have told why: the drive of a folder is not there, or its permissions have changed.
        if (library.folders().some(({ state }) => state !== 'ready')) process.exitCode = 1;
      });
    });
}

/** @throws AkinError what ended the run before its end */
export async function indexPhotos(library: Library): Promise<IndexingSummary> {
  const summary = await library.index();
  if (summary.error) throw summary.error;
  if (summary.cancelled) throw new AkinError('cancelled');
  return summary;
}

function wording({ indexed, unchanged, moved, removed, photosPerSecond }: IndexingSummary): string {
  const speed = indexed > 0 ? ` (${photosPerSecond.toFixed(1)} photos/s)` : '';
  return `${indexed} indexed${speed}, ${unchanged} unchanged, ${moved} moved, ${removed} removed`;
}
