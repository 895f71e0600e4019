import path from 'node:path';
import { z } from 'zod';
import { PickleError } from '../../model/import/pickle.ts';
import { checkBox, checkJunk, damaged, photosOf, PhotoNames, readContent } from '../dataset-folder.ts';
import type { DatasetFolder } from '../dataset-folder.ts';
import { readNumpyPickle } from '../numpy-pickle.ts';
import type { Difficulty, Query, Questions } from '../query.ts';

const truthFile = /^gnd_[^/\\]*\.(pkl|json)$/;

const places = z.array(z.int().nonnegative());
const schema = z.object({
  /** Names of the photos that are searched, which `easy`, `hard` and `junk` give the places of. */
  imlist: z.array(z.string()),
  qimlist: z.array(z.string()),
  gnd: z.array(z.object({ bbx: z.array(z.number()), easy: places, hard: places, junk: places })),
});
type Truth = z.infer<typeof schema>;

/**
 * Revisited Oxford and Paris: the ground truth `gnd_roxford5k.pkl` as it is published, or the same as JSON, with the
 * photos anywhere below. Queries are boxes on photos that are not in the data base. Easy: easy photos are right, hard
 * ones junk. Medium: both are right. Hard: hard ones are right, easy ones junk. Source: Radenović et al., "Revisiting
 * Oxford and Paris: large-scale image retrieval benchmarking", CVPR 2018, section 3.
 */
export async function readRevisited(folder: DatasetFolder): Promise<Questions | null> {
  const [file, ...others] = folder.files.filter((name) => truthFile.test(name));
  if (file === undefined) return null;
  const source = path.join(folder.root, file);
  if (others.length > 0)
    throw damaged(folder.root, `it holds several ground truths: ${[file, ...others].join(', ')}`);
  const truth = parse(await readContent(source), source);
  const available = new PhotoNames(photosOf(folder).map((photo) => path.join(folder.root, photo)));
  const photos = [...truth.imlist, ...truth.qimlist].map(
    (name) => available.photos[available.placeOf(name, source)]!,
  );
  if (truth.gnd.length !== truth.qimlist.length)
    throw damaged(source, `it has ${truth.qimlist.length} queries, but answers for ${truth.gnd.length}`);
  const asked = photos.map((_, place) => place).slice(truth.imlist.length);
  const make = (difficulty: Difficulty) =>
    asked
      .map((photo, index) => queryOf(truth, index, photo, asked, difficulty, source))
      .filter(({ positives }) => positives.size > 0);
  const [easy, medium, hard] = [make('easy'), make('medium'), make('hard')];
  for (const { positives, junk } of medium) checkJunk(positives, junk, photos, source);
  return { photos, queries: medium, byDifficulty: { easy, medium, hard } };
}

function queryOf(
  { gnd, imlist, qimlist }: Truth,
  index: number,
  photo: number,
  asked: readonly number[],
  difficulty: Difficulty,
  source: string,
): Query {
  const { bbx, easy, hard, junk } = gnd[index]!;
  for (const place of [...easy, ...hard, ...junk]) {
    if (place >= imlist.length) throw damaged(source, `it names photo ${place} of ${imlist.length}`);
  }
  const [right, ignored] = {
    easy: [easy, [...junk, ...hard]],
    medium: [[...easy, ...hard], junk],
    hard: [hard, [...junk, ...easy]],
  }[difficulty];
  return {
    photo,
    positives: new Set(right),
    // Queries are not in the data base.
    junk: new Set([...ignored!, ...asked]),
    group: qimlist[index]!.replace(/_\d+$/, ''),
    box: checkBox(bbx, source),
  };
}

function parse(content: Uint8Array, source: string): Truth {
  let value: unknown;
  try {
    value = source.endsWith('.pkl')
      ? readNumpyPickle(content)
      : JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content));
  } catch (error) {
    if (error instanceof PickleError) throw damaged(source, error.message, error);
    throw damaged(source, 'it is not JSON', error);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw damaged(source, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unreadable'}`, parsed.error);
}
