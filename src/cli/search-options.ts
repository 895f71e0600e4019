/** What `akin search` can be told, and what it means for the search. */
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { refinementSchema, tierSchema } from '../api-search.ts';
import type { Box, Filter, Refinement, SearchParams, Tier } from '../api-search.ts';
import { AkinError } from '../errors.ts';
import type { Library } from '../library.ts';
import type { LibraryOptions } from './session.ts';

export interface SearchOptions extends LibraryOptions {
  queries?: string;
  top: number;
  together?: boolean;
  unlike?: string[];
  box?: Box;
  verify?: boolean;
  expand?: Exclude<Refinement['expansion'], 'off'>;
  regional?: Refinement['regional'];
  augment?: boolean;
  collapse?: boolean;
  sort?: 'score' | 'date';
  folder?: string[];
  album?: string[];
  camera?: string[];
  format?: string[];
  tier?: Tier[];
  from?: number;
  to?: number;
  notInSameFolder?: boolean;
}

const largestTop = 1000;

/** Adds the options to a command. */
export function addSearchOptions(command: Command): Command {
  return command
    .option('--queries <file>', 'a file with the path of a photo on each line')
    .option('--top <count>', 'how many matches to show for each', parseTop, 20)
    .option('--together', 'take all photos as one query')
    .option('--unlike <photo...>', 'photos that matches should be unlike')
    .option('--box <x,y,w,h>', 'only a part of each photo, in fractions of its size', parseBox)
    .option('--verify', 'compare the keypoints of the first 100, and rank by what agrees')
    .addOption(
      new Option('--expand [how]', 'ask again with the best matches, verified ones unless it says otherwise')
        .choices(['average', 'alpha', 'verified'])
        .preset('verified'),
    )
    .addOption(
      new Option('--regional <how>', 'compare the first 200 region by region').choices(
        refinementSchema.shape.regional.options,
      ),
    )
    .option('--augment', 'let each match stand for its neighbours too')
    .option('--collapse', 'show near-identical matches as one')
    .addOption(new Option('--sort <how>', 'the order to show matches in').choices(['score', 'date']))
    .option('--folder <path...>', 'only photos in these folders of the library')
    .option('--album <name...>', 'only photos in these albums')
    .option('--camera <name...>', 'only photos of these cameras; "unknown" for those that name none')
    .option('--format <name...>', 'only these file types, such as jpeg')
    .addOption(new Option('--tier <name...>', 'only these tiers').choices(tierSchema.options))
    .option('--from <date>', 'only photos taken on that day or later', parseDate)
    .option('--to <date>', 'only photos taken before that day', parseDate)
    .option('--not-in-same-folder', 'only photos in another folder than the query')
    .addHelpText('after', '\nOptions that take several words end where the next option begins, or at "--".');
}

/**
 * All of the search but the query.
 * @throws AkinError `folder-unknown`, `album-unknown`
 */
export function searchParamsOf(library: Library, options: SearchOptions): Omit<SearchParams, 'query'> {
  const { expand, regional, augment, collapse, sort } = options;
  return {
    filter: filterOf(library, options),
    refinement: {
      ...(expand && { expansion: expand }),
      ...(regional && { regional }),
      ...(augment !== undefined && { augmentation: augment }),
    },
    ...(collapse && { collapse }),
    ...(sort && { sort }),
    limit: options.top,
  };
}

function filterOf(library: Library, options: SearchOptions): Filter {
  const { folder, album, camera, format, tier, from, to, notInSameFolder } = options;
  return {
    ...(folder && { folderIds: folder.map((path) => folderId(library, path)) }),
    ...(album && { albumIds: album.flatMap((name) => albumIds(library, name)) }),
    ...(camera && { cameras: camera.map((name) => (name === 'unknown' ? null : name)) }),
    ...(format && { formats: format }),
    ...(tier && { tiers: tier }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(notInSameFolder && { notInSameFolder }),
  };
}

function folderId(library: Library, path: string): number {
  const folder = library.findFolder(path);
  if (!folder) throw new AkinError('folder-unknown');
  return folder.id;
}

/** Several albums may have one name. */
function albumIds(library: Library, name: string): number[] {
  const albums = library.albums.list().filter((album) => album.name === name);
  if (albums.length === 0) throw new AkinError('album-unknown');
  return albums.map(({ id }) => id);
}

function parseTop(value: string): number {
  const top = Number(value);
  if (!Number.isInteger(top) || top < 1 || top > largestTop)
    throw new InvalidArgumentError(`It must be from 1 to ${largestTop}.`);
  return top;
}

function parseBox(value: string): Box {
  const numbers = value.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (numbers.length !== 4 || numbers.some((number) => !(number >= 0 && number <= 1)))
    throw new InvalidArgumentError('It must be four numbers from 0 to 1: left, top, width and height.');
  return numbers as Box;
}

/** A day, as the camera's clock showed it. */
function parseDate(value: string): number {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(`${value}T00:00:00Z`) : NaN;
  if (Number.isNaN(time)) throw new InvalidArgumentError('It must be a day, as in 2024-08-31.');
  return time;
}
