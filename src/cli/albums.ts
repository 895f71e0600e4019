import { readFile, writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import type { Album } from '../api.ts';
import { AkinError } from '../errors.ts';
import { asReadError } from '../ingest/read-error.ts';
import type { Library } from '../library.ts';
import { indexPhotos } from './index-photos.ts';
import { photoAt } from './photo-paths.ts';
import { printJson, printLine, reportFailure, withLibrary } from './session.ts';
import type { LibraryOptions, Session } from './session.ts';

interface AlbumsOptions extends LibraryOptions {
  fromFolders?: string;
}

/** `akin albums`: what belongs together, as the user says. */
export function albumsCommand(): Command {
  const albums = new Command('albums')
    .description('Tell Akin which photos belong together; without a command, list the albums.')
    .option('--from-folders <folder>', 'make an album of each folder with photos in this folder')
    .action(async (_options, command: Command) => {
      const options = command.optsWithGlobals<AlbumsOptions>();
      const { fromFolders } = options;
      await withLibrary(options, async (session) => {
        if (fromFolders === undefined) listAlbums(session);
        else await fillFromFolders(session, fromFolders);
      });
    });
  const add = (usage: string, description: string, run: (session: Session, words: string[]) => unknown) =>
    albums.addCommand(albumCommand(usage, description, run));
  add('list', 'List the albums with their photos.', listAlbums);
  add('add <name> <photos...>', 'Put photos into an album, which is made where there is none.', addPhotos);
  add('remove <name>', 'Remove an album; its photos stay.', (session, [name]) => removeAlbum(session, name!));
  add('rename <name> <new-name>', 'Rename an album.', ({ library, json }, [name, newName]) =>
    printAlbum(library, library.albums.rename(find(library, name!).id, newName!), json),
  );
  add('merge <name> <others...>', 'Put the photos of other albums into one; the others go.', mergeAlbums);
  add('split <name> <new-name> <photos...>', 'Move photos of an album into a new one.', splitAlbum);
  add('export <file>', 'Write all albums and judgements to a file.', (session, [file]) =>
    exportAlbums(session, file!),
  );
  add('import <file>', 'Take in what "akin albums export" wrote, here or elsewhere.', (session, [file]) =>
    importAlbums(session, file!),
  );
  add('clean <name>', 'Show the photos that may not belong to an album.', (session, [name]) =>
    cleanAlbum(session, name!),
  );
  return albums;
}

/** @param run is given the words of the command line, one after the other */
function albumCommand(
  usage: string,
  description: string,
  run: (session: Session, words: string[]) => unknown,
): Command {
  const [name, ...words] = usage.split(' ');
  const command = new Command(name).description(description);
  for (const word of words) command.argument(word);
  return command.action(async (...given: unknown[]) => {
    const own = given.at(-1) as Command;
    const texts = own.args.map((word) => word.trim());
    if (texts.includes('')) own.error('error: a name or a path is empty');
    await withLibrary(own.optsWithGlobals<LibraryOptions>(), async (session) => {
      await run(session, texts);
    });
  });
}

function listAlbums({ library, signal, json }: Session): void {
  for (const album of library.albums.list()) {
    if (signal.aborted) return;
    printAlbum(library, album, json);
  }
}

async function addPhotos({ library, json }: Session, [name, ...files]: string[]): Promise<void> {
  const photoIds: number[] = [];
  for (const file of files) {
    try {
      photoIds.push(await photoAt(library, file));
    } catch (error) {
      reportFailure(error);
    }
  }
  if (photoIds.length === 0) return;
  const album = findAll(library, name!).length === 0 ? null : find(library, name!);
  const filled = album
    ? library.albums.add(album.id, photoIds)
    : library.albums.create(name!, [...new Set(photoIds)]);
  printAlbum(library, filled, json);
}

function removeAlbum({ library, json }: Session, name: string): void {
  const album = find(library, name);
  const { ids } = library.albums.photos(album.id);
  library.albums.remove(album.id);
  if (json) printJson({ id: album.id, name: album.name, removed: true, photos: pathsOf(library, ids) });
  else printLine(`Removed ${heading(album)}`);
}

function mergeAlbums({ library, json }: Session, names: string[]): void {
  const ids = names.map((name) => find(library, name).id);
  printAlbum(library, library.albums.merge(ids), json);
}

async function splitAlbum({ library, json }: Session, [name, newName, ...files]: string[]): Promise<void> {
  const album = find(library, name!);
  const photoIds: number[] = [];
  for (const file of files) photoIds.push(await photoAt(library, file));
  const members = new Set(library.albums.photos(album.id).ids);
  const stranger = photoIds.findIndex((photoId) => !members.has(photoId));
  if (stranger >= 0) throw new AkinError('photo-not-in-album', { path: files[stranger]!, name: album.name });
  if (new Set(photoIds).size === members.size) throw new AkinError('album-not-split', { name: album.name });
  printAlbum(library, library.albums.split(album.id, photoIds, newName!), json);
}

async function fillFromFolders({ library, json }: Session, wanted: string): Promise<void> {
  const folder = await library.pathOfFolder(wanted);
  if (library.hasUnscannedFolders()) await indexPhotos(library);
  const { albumIds } = library.albums.fromPath(folder);
  const filled = new Set(albumIds);
  const albums = library.albums.list().filter(({ id }) => filled.has(id));
  for (const album of albums) printAlbum(library, album, json);
  if (albums.length === 0 && !json) printLine('Every folder with photos has its album already.');
}

async function exportAlbums({ library, json }: Session, file: string): Promise<void> {
  const { content } = library.albums.export();
  try {
    await writeFile(file, content);
  } catch (error) {
    throw new AkinError('file-not-written', { path: file }, { cause: error });
  }
  const albums = library.albums.list().length;
  const judgements = library.judgements.list().length;
  if (json) printJson({ path: file, albums, judgements });
  else printLine(`${albums} albums and ${judgements} judgements written to ${file}`);
}

async function importAlbums({ library, json }: Session, file: string): Promise<void> {
  const content = await readFile(file).catch((error: unknown) => {
    throw asReadError(error, file);
  });
  const { albumIds, photos, missing } = library.albums.import(content);
  if (json) {
    printJson({ albums: albumIds.length, photos, missing });
    return;
  }
  printLine(`${albumIds.length} albums made or filled with ${photos} photos`);
  if (missing > 0) printLine(`${missing} photos of the file are not in the library`);
}

async function cleanAlbum({ library, signal, json }: Session, name: string): Promise<void> {
  if (library.hasUnscannedFolders()) await indexPhotos(library);
  const album = find(library, name);
  const { core, method, proposed } = await library.albums.clean(album.id, signal);
  const told = proposed.map(({ photoId, nearest, ...rest }) => ({
    path: library.photo(photoId).path,
    ...rest,
    nearest: nearest && { path: library.photo(nearest.photoId).path, similarity: nearest.similarity },
  }));
  if (json) {
    printJson({ name: album.name, core, method, proposed: told });
    return;
  }
  const how = method === 'verified' ? 'by keypoints' : 'by their looks';
  printLine(`${core} of ${album.photos} photos belong together, ${how}`);
  for (const { path, reason, part, nearest } of told) {
    const why =
      reason === 'alone' ? 'matches none of them' : `matches ${part - 1} others that match none of them`;
    const likeness = nearest ? `, ${nearest.similarity.toFixed(3)} like ${nearest.path}` : '';
    printLine(`  ${path}  (${why}${likeness})`);
  }
}

/** @throws AkinError `album-not-found`, `album-ambiguous` */
function find(library: Library, name: string): Album {
  const [album, ...others] = findAll(library, name);
  if (!album) throw new AkinError('album-not-found', { name });
  if (others.length > 0) {
    const ids = [album, ...others].map(({ id }) => `#${id}`).join(', ');
    throw new AkinError('album-ambiguous', { name, ids });
  }
  return album;
}

/** Albums of this name, or else the one with this number, as in `#12`. */
function findAll(library: Library, name: string): Album[] {
  const albums = library.albums.list();
  const named = albums.filter((album) => album.name === name);
  return named.length > 0 ? named : albums.filter(({ id }) => name === `#${id}`);
}

function printAlbum(library: Library, album: Album, json: boolean): void {
  if (!json) {
    printLine(heading(album));
    return;
  }
  const { id, name } = album;
  printJson({ id, name, photos: pathsOf(library, library.albums.photos(id).ids) });
}

function heading({ name, photos }: Album): string {
  return `${name} · ${photos === 1 ? '1 photo' : `${photos} photos`}`;
}

function pathsOf(library: Library, photoIds: readonly number[]): string[] {
  return photoIds.map((id) => library.photo(id).path);
}
