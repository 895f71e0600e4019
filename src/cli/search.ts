import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { SearchResult } from '../api.ts';
import { AkinError, asAkinError } from '../errors.ts';
import { indexPhotos } from './index-photos.ts';
import { printJson, printLine, withLibrary } from './session.ts';
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
      const found = await searchOne(session, file, top);
      const matches = found.matches.map(({ photoId, score, tier }) => ({
        path: library.photo(photoId).path,
        score,
        tier,
      }));
      if (json) {
        printJson({ query: file, matches });
        continue;
      }
      printLine(file);
      for (const match of matches) {
        printLine(`  ${match.score.toFixed(3)}  ${match.tier.padEnd(14)} ${match.path}`);
      }
    } catch (error) {
      const { code, message } = asAkinError(error);
      if (code === 'cancelled') throw error;
      failures++;
      if (json) printJson({ query: file, matches: [], error: { code, message } });
      else process.stderr.write(`${message}\n`);
    }
  }
  if (failures > 0) throw new AkinError('search-failed', { count: failures, total: queries.length });
}

async function searchOne({ library, signal }: Session, file: string, top: number): Promise<SearchResult> {
  const real = await realpath(file).catch((error: unknown) => {
    throw new AkinError('photo-missing', { path: file }, { cause: error });
  });
  const photoId = library.findPhoto(real);
  if (photoId !== undefined) return library.searchPhoto(photoId, top, signal);
  const content = await readFile(real).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AkinError('photo-unreadable', { path: file, reason }, { cause: error });
  });
  return library.searchPicture(file, content, top, signal);
}

async function readQueries(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new AkinError('photo-missing', { path: file }, { cause: error });
  });
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}

function parseTop(value: string): number {
  const top = Number(value);
  if (!Number.isInteger(top) || top < 1 || top > 1000)
    throw new InvalidArgumentError('It must be from 1 to 1000.');
  return top;
}
