/**
 * What `npm start` does where there is no display: Akin's job on the sample photos, in the terminal. Photos, library
 * and page lie in a folder of their own; the user's library is left alone.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import envPaths from 'env-paths';
import { AkinError } from '../errors.ts';
import { demoPage } from './demo-page.ts';
import type { Answer, Picture } from './demo-page.ts';
import { indexPhotos } from './index-photos.ts';
import { matchLine } from './search.ts';
import { printLine, reportFailure, withLibrary } from './session.ts';
import type { Session } from './session.ts';

/** Originals among the sample photos. */
const queries = ['nagasaki-boats', 'locomotion-house-cat', 'black-canyon'];
/** One more than each has copies, so that the page also shows what belongs less. */
const matchesShown = 10;

const given = process.argv[2];
const folder = given ? path.resolve(given) : path.join(envPaths('akin', { suffix: '' }).cache, 'demo');

async function demo({ library, signal }: Session): Promise<void> {
  process.stderr.write(`Sample photos, their library and a page go into ${folder}\n`);
  const samples = await library.addSamples(signal);
  await indexPhotos(library);
  const show = async (photoId: number): Promise<Picture> => {
    const { name, width, height } = library.photo(photoId);
    const { content, type } = await library.thumbnail(photoId);
    return { name, width, height, content, type };
  };
  const answers: Answer[] = [];
  for (const query of queries) {
    const file = path.join(samples.path, `${query}.jpg`);
    const photoId = library.findPhoto(file);
    if (photoId === undefined) throw new AkinError('photo-missing', { path: file });
    const { matches } = await library.search.run({ query: [{ photoId }], limit: matchesShown }, signal);
    const answer: Answer = { query: await show(photoId), matches: [] };
    printLine(`What belongs with ${answer.query.name}:`);
    for (const match of matches) {
      const picture = await show(match.photoId);
      printLine(matchLine({ ...match, copies: [], path: picture.name }));
      answer.matches.push({ ...picture, score: match.similarity, tier: match.tier });
    }
    answers.push(answer);
  }
  printLine(`The same with the pictures: ${await writePage(answers)}`);
}

/** Returns where the page is. Whoever looks at an earlier one never sees half of this one. */
async function writePage(answers: readonly Answer[]): Promise<string> {
  const tokens = path.resolve(import.meta.dirname, '../../renderer/styles/tokens.css');
  const page = path.join(folder, 'matches.html');
  const unfinished = `${page}.unfinished`;
  await writeFile(unfinished, demoPage(answers, await readFile(tokens, 'utf8')));
  await rename(unfinished, page);
  return page;
}

try {
  await mkdir(folder, { recursive: true });
  await withLibrary({ library: path.join(folder, 'library') }, demo);
} catch (error) {
  reportFailure(error);
}
