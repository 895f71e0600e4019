import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { SearchResult } from '../api-search.ts';
import { AkinError, asAkinError } from '../errors.ts';
import type { Library } from '../library.ts';
import { asReadError } from '../ingest/read-error.ts';
import { indexPhotos } from './index-photos.ts';
import { printJson, printLine, reportFailure, withLibrary } from './session.ts';
import type { LibraryOptions, Session } from './session.ts';

interface SearchOptions extends LibraryOptions {
  queries?: string;
  top: number;
}

/** `akin search PHOTO...`: each photo is a query of its own. */
export function searchCommand(): Command {
  return new Command('search')
    .description('Find the photos that belong to each of these photos.')
    .argument('[photos...]', 'photos, in the library or not')
    .option('--queries <file>', 'a file with the path of a photo on each line')
    .option('--top <count>', 'how many matches to show for each', parseTop, 20)
    .action(async (photos: string[], _options, command: Command) => {
      const options = command.optsWithGlobals<SearchOptions>();
      const queries = [...photos, ...(options.queries ? await readQueries(options.queries) : [])];
      if (queries.length === 0) command.error('error: name a photo, or a file of photos with --queries');
      await withLibrary(options, (session) => searchAll(session, queries, options.top));
    });
}

/** Answers every query; one that fails does not stop the others. @throws AkinError `search-failed` afterwards */
async function searchAll(session: Session, queries: readonly string[], top: number): Promise<void> {
  const { library, signal, json } = session;
  if (library.hasUnscannedFolders()) await indexPhotos(library);
  if (library.status().indexed === 0) throw new AkinError('no-photos');
  let failures = 0;
  for (const query of queries) {
    if (signal.aborted) return;
    const file = path.resolve(query);
    try {
      const matches = readable(library, await searchOne(session, file, top));
      if (json) {
        printJson({ query: file, matches });
        continue;
      }
      printLine(file);
      for (const { path: match, score, tier } of matches) printLine(matchLine(match, score, tier));
    } catch (error) {
      if (signal.aborted) throw error;
      failures++;
      if (!json) {
        reportFailure(error);
        continue;
      }
      const { code, message } = asAkinError(error);
      printJson({ query: file, matches: [], error: { code, message } });
    }
  }
  if (failures > 0) throw new AkinError('search-failed', { count: failures, total: queries.length });
}

/** One match as people read it. */
export function matchLine(name: string, score: number, tier: string): string {
  return `  ${score.toFixed(3)}  ${tier.padEnd(14)} ${name}`;
}

function readable(library: Library, { matches }: SearchResult) {
  return matches.map(({ photoId, score, tier }) => ({ path: library.photo(photoId).path, score, tier }));
}

async function searchOne({ library, signal }: Session, file: string, top: number): Promise<SearchResult> {
  // A photo of the library answers also while its drive is away.
  const real = await realpath(file).catch(() => file);
  const photoId = library.findPhoto(real) ?? findShown(library, file);
  if (photoId !== undefined) return library.searchPhoto(photoId, top, signal);
  return library.searchPicture(file, await readQuery(real, signal), top, signal);
}

/** The photo whose path Akin shows like this, since it has bytes that are not text. */
function findShown(library: Library, file: string): number | undefined {
  if (!file.includes('\ufffd')) return undefined;
  return library.timeline().ids.find((photoId) => library.photo(photoId).path === file);
}

async function readQueries(file: string): Promise<string[]> {
  const text = (await readQuery(file)).toString('utf8');
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}

async function readQuery(file: string, signal?: AbortSignal): Promise<Buffer> {
  try {
    return await readFile(file, signal && { signal });
  } catch (error) {
    throw asReadError(error, file);
  }
}

function parseTop(value: string): number {
  const top = Number(value);
  if (!Number.isInteger(top) || top < 1 || top > 1000)
    throw new InvalidArgumentError('It must be from 1 to 1000.');
  return top;
}
