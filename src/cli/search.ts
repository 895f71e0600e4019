import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { Command } from 'commander';
import type { Match, QueryPart, SearchParams, SearchResult } from '../api-search.ts';
import type { EventData } from '../api.ts';
import { AkinError, asAkinError } from '../errors.ts';
import { asReadError } from '../ingest/read-error.ts';
import type { Library } from '../library.ts';
import { indexPhotos } from './index-photos.ts';
import { ProgressLine } from './progress-line.ts';
import { addSearchOptions, searchParamsOf } from './search-options.ts';
import type { SearchOptions } from './search-options.ts';
import { printJson, printLine, reportFailure, withLibrary } from './session.ts';
import type { Session } from './session.ts';

/** Milliseconds that a verification may take before it says how far it is. */
const silence = 300;

/** `akin search PHOTO...`: each photo is a query of its own, unless they are taken together. */
export function searchCommand(): Command {
  const command = new Command('search')
    .description('Find the photos that belong to each of these photos.')
    .argument('[photos...]', 'photos, in the library or not');
  return addSearchOptions(command).action(async (photos: string[], _options, own: Command) => {
    const options = own.optsWithGlobals<SearchOptions>();
    const files = [...photos, ...(options.queries ? await readQueries(options.queries) : [])];
    if (files.length === 0) own.error('error: name a photo, or a file of photos with --queries');
    const queries = options.together ? [files] : files.map((file) => [file]);
    await withLibrary(options, (session) => searchAll(session, queries, options));
  });
}

/** Answers every query; one that fails does not stop the others. @throws AkinError `search-failed` afterwards */
async function searchAll(
  session: Session,
  queries: readonly string[][],
  options: SearchOptions,
): Promise<void> {
  const { library, signal, json } = session;
  if (library.hasUnscannedFolders()) await indexPhotos(library);
  if (library.status().indexed === 0) throw new AkinError('no-photos');
  const params = searchParamsOf(library, options);
  const line = new ProgressLine('Verifying');
  let failures = 0;
  for (const files of queries) {
    if (signal.aborted) return;
    const query = files.map((file) => path.resolve(file));
    const named = { query: query.length === 1 ? query[0] : query };
    try {
      const matches = readable(library, await searchOne(session, line, query, params, options));
      if (json) {
        printJson({ ...named, matches });
        continue;
      }
      printLine(query.join(', '));
      for (const match of matches) printLine(matchLine(match));
    } catch (error) {
      if (signal.aborted) throw error;
      failures++;
      if (!json) {
        reportFailure(error);
        continue;
      }
      const { code, message } = asAkinError(error);
      printJson({ ...named, matches: [], error: { code, message } });
    }
  }
  if (failures > 0) throw new AkinError('search-failed', { count: failures, total: queries.length });
}

/** A match with the paths of its photos. */
interface ReadableMatch extends Omit<Match, 'photoId' | 'copies'> {
  path: string;
  copies?: string[];
}

/** One match as people read it. */
export function matchLine({
  path: name,
  similarity,
  tier,
  verified = 0,
  copies = [],
}: ReadableMatch): string {
  const notes = [
    ...(verified > 0 ? [`${verified} points agree`] : []),
    ...(copies.length > 0 ? [`stands for ${copies.length} more`] : []),
  ];
  const told = notes.length > 0 ? `  (${notes.join(', ')})` : '';
  return `  ${similarity.toFixed(3)}  ${tier.padEnd(14)} ${name}${told}`;
}

function readable(library: Library, matches: readonly Match[]): ReadableMatch[] {
  return matches.map(({ photoId, score, similarity, tier, box, verified, copies }) => ({
    path: library.photo(photoId).path,
    score,
    similarity,
    tier,
    ...(verified !== undefined && { verified }),
    ...(box && { box }),
    ...(copies && { copies: copies.map((copy) => library.photo(copy).path) }),
  }));
}

async function searchOne(
  { library, signal }: Session,
  line: ProgressLine,
  files: readonly string[],
  params: Omit<SearchParams, 'query'>,
  { box, unlike = [], verify, expand }: SearchOptions,
): Promise<Match[]> {
  const query: QueryPart[] = [];
  for (const file of files) query.push({ ...(await partOf(library, file, signal)), ...(box && { box }) });
  const others: QueryPart[] = [];
  for (const file of unlike) others.push(await partOf(library, path.resolve(file), signal));
  const asked = { ...params, query, unlike: others };
  const found =
    verify || expand === 'verified'
      ? await verified(library, asked, line, signal)
      : await library.search.run(asked, signal);
  return found.matches;
}

/** Tells on standard error how far it is, unless it is done soon. */
async function verified(
  library: Library,
  asked: SearchParams,
  line: ProgressLine,
  signal: AbortSignal,
): Promise<SearchResult> {
  const begun = performance.now();
  const show = (progress: EventData<'search.verified'>) => {
    if (performance.now() - begun > silence) line.show({ ...progress, phase: 'indexing', failed: 0 });
  };
  library.search.on('verified', show);
  try {
    return await library.search.verify({ ...asked, key: 0 }, signal);
  } finally {
    library.search.off('verified', show);
    line.clear();
  }
}

async function partOf(
  library: Library,
  file: string,
  signal: AbortSignal,
): Promise<{ photoId: number } | { pictureId: number }> {
  // A photo of the library answers also while its drive is away.
  const real = await realpath(file).catch(() => file);
  const photoId = library.findPhoto(real) ?? findShown(library, file);
  if (photoId !== undefined) return { photoId };
  const { pictureId } = await library.pictures.open(file, await readQuery(real, signal));
  return { pictureId };
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
