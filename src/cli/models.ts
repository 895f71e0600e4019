import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { ModelVersion } from '../api-training.ts';
import { showDescribing } from './describing-line.ts';
import { printJson, printLine, withLibrary } from './session.ts';
import type { LibraryOptions, Session } from './session.ts';

/** `akin models`: the versions of the model, and which one describes the photos. */
export function modelsCommand(): Command {
  return new Command('models')
    .description('List the versions of the model; the commands use, exchange and remove them.')
    .action(async (_options, command: Command) => {
      await withLibrary(command.optsWithGlobals<LibraryOptions>(), listVersions);
    })
    .addCommand(
      new Command('list').description('List the versions of the model.').action(inLibrary(listVersions)),
    )
    .addCommand(
      new Command('use')
        .description('Describe the photos with a version, then search with it.')
        .argument('<version>', 'its number', parseNumber)
        .action(inLibrary((session, id: number) => change(session, () => session.library.models.use(id)))),
    )
    .addCommand(
      new Command('rollback')
        .description('Search with the version that was in use before.')
        .action(inLibrary((session) => change(session, () => session.library.models.rollback()))),
    )
    .addCommand(
      new Command('rename')
        .description('Rename a version.')
        .argument('<version>', 'its number', parseNumber)
        .argument('<name>', 'its new name', parseName)
        .action(
          inLibrary(async ({ library, json }, id: number, name: string) =>
            print(await library.models.versions.rename(id, name), json),
          ),
        ),
    )
    .addCommand(
      new Command('remove')
        .description('Remove a version that is not in use, for good.')
        .argument('<version>', 'its number', parseNumber)
        .action(inLibrary(removeVersion)),
    )
    .addCommand(
      new Command('export')
        .description("Write a version's folder into another one.")
        .argument('<version>', 'its number', parseNumber)
        .argument('<folder>', 'where to')
        .action(
          inLibrary(async ({ library, json }, id: number, folder: string) => {
            const exported = await library.models.versions.export(id, path.resolve(folder));
            if (json) printJson(exported);
            else printLine(exported.path);
          }),
        ),
    )
    .addCommand(
      new Command('import')
        .description('Make a version of a folder that was exported.')
        .argument('<folder>', 'what was exported')
        .action(
          inLibrary(async ({ library, json }, folder: string) =>
            print(await library.models.versions.import(path.resolve(folder)), json),
          ),
        ),
    );
}

/** What commander calls with the arguments, the command's own options, and the command. */
function inLibrary<Words extends unknown[]>(run: (session: Session, ...words: Words) => Promise<void>) {
  return async (...given: unknown[]): Promise<void> => {
    const command = given.at(-1) as Command;
    const words = given.slice(0, -2) as Words;
    await withLibrary(command.optsWithGlobals<LibraryOptions>(), (session) => run(session, ...words));
  };
}

async function listVersions({ library, json }: Session): Promise<void> {
  for (const version of await library.models.versions.list()) print(version, json);
}

async function removeVersion({ library, json }: Session, id: number): Promise<void> {
  library.models.versions.remove(id);
  if (json) printJson({ id, removed: true });
}

/** Shows the describing until the version is in use. One that is interrupted goes on the next time. */
async function change({ library, signal, json }: Session, begin: () => Promise<unknown>): Promise<void> {
  const { models } = library;
  const interrupted = new Promise<null>((resolve) => signal.addEventListener('abort', () => resolve(null)));
  await showDescribing(models, async () => {
    await begin();
    // A notice has told why.
    if (await Promise.race([models.finished(), interrupted])) process.exitCode = 1;
  });
  if (signal.aborted) return;
  const version = (await models.versions.list()).find(({ active }) => active);
  if (version) print(version, json);
}

function print(version: ModelVersion, json: boolean): void {
  if (json) printJson(version);
  else printLine(heading(version));
}

/** Number, name, state, how much of the library is described, and what training gained. */
function heading({ id, name, active, previous, described, photos, record }: ModelVersion): string {
  const parts = [`${id}  ${name}`];
  if (active) parts.push('in use');
  if (previous) parts.push('in use before');
  parts.push(`${described} of ${photos} photos described`);
  const { heldOutAlbums, newPhotos } = record?.figures ?? {};
  if (heldOutAlbums) parts.push(`held-out albums ${gain(heldOutAlbums)}`);
  if (newPhotos) parts.push(`new photos ${gain(newPhotos)}`);
  return parts.join(' · ');
}

function gain({ before, after }: { before: number; after: number }): string {
  return `${before.toFixed(1)} -> ${after.toFixed(1)} mAP`;
}

function parseNumber(value: string): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(number)) {
    throw new InvalidArgumentError('It must be the number of a version, see "akin models".');
  }
  return number;
}

function parseName(value: string): string {
  const name = value.trim();
  if (name === '' || name.length > 200) throw new InvalidArgumentError('It must have 1 to 200 characters.');
  return name;
}
