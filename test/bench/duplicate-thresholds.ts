/**
 * How sure comparing is of copies with each edit, and of pairs that are no copies: what its thresholds are chosen by.
 * `node test/bench/duplicate-thresholds.ts [--strengths evaluation] [--photos N] FOLDER...`; each folder holds photos,
 * or folders of photos that show one thing, of which any two are no copies.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { compare, defaultStrictness } from '../../src/duplicates/compare.ts';
import type { ComparablePhoto } from '../../src/duplicates/compare.ts';
import { asAffine } from '../../src/duplicates/affine.ts';
import { layOver } from '../../src/duplicates/lay-over.ts';
import type { Fit } from '../../src/duplicates/lay-over.ts';
import { greyOf, pyramidOf } from '../../src/duplicates/plane.ts';
import type { Verdict } from '../../src/duplicates/verdict.ts';
import { editsOf } from '../../src/evaluation/duplicates/edits.ts';
import { decodePhoto } from '../../src/ingest/decode.ts';
import { createFeatureExtractor } from '../../src/local-features/extract.ts';
import {
  defaultLocalFeatureModelFolder,
  readLocalFeatureModel,
} from '../../src/model/local-feature-model.ts';
import { comparablePhoto } from '../duplicates/comparable-photo.ts';
import { seededRandom } from './seeded-random.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    strengths: { type: 'string', default: 'choosing' },
    photos: { type: 'string', default: '30' },
    /** Writes every pair to a file. */
    dump: { type: 'string' },
  },
});
const extractor = await createFeatureExtractor(await readLocalFeatureModel(defaultLocalFeatureModelFolder()));
const random = seededRandom(1);

function comparable(content: Uint8Array, name: string): Promise<ComparablePhoto> {
  return comparablePhoto(extractor, content, name);
}

/** Photos of each thing; one of each where the folder holds photos. */
function groupsIn(folder: string): string[][] {
  const entries = readdirSync(folder, { withFileTypes: true });
  const files = entries
    .filter((entry) => /\.jpe?g$/i.test(entry.name))
    .map(({ name }) => [path.join(folder, name)]);
  const below = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => groupsIn(path.join(folder, name)).flat());
  return [...files, ...below];
}

interface Pair {
  name: string;
  files: [string, string];
  verdict: Verdict;
  /** How well the two agree where they are laid over each other. */
  fit: Fit | null;
}

const pairs: Pair[] = [];
const edits = editsOf(values.strengths === 'evaluation' ? 'evaluation' : 'choosing');
const hardEdits = new Set(['cropped', 'brightness', 'screenshot', 'straightened']);

async function add(
  name: string,
  files: [string, string],
  a: ComparablePhoto,
  b: ComparablePhoto,
): Promise<Verdict> {
  const verdict = await compare(a, b);
  const fit =
    verdict.homography &&
    layOver(pyramidOf(greyOf(a.picture)), pyramidOf(greyOf(b.picture)), asAffine(verdict.homography));
  pairs.push({ name, files, verdict, fit });
  return verdict;
}

for (const folder of positionals) {
  const groups = groupsIn(folder).filter((group) => group.length > 0);
  const chosen = Array.from(
    { length: Number(values.photos) },
    () => groups[Math.floor(random() * groups.length)]!,
  );
  const photos: { file: string; photo: ComparablePhoto }[] = [];
  for (const group of chosen) {
    const file = group[Math.floor(random() * group.length)]!;
    const content = readFileSync(file);
    const photo = await comparable(content, file);
    const { pixels } = await decodePhoto(content, { longSide: 4096, name: file, thumbnail: false });
    for (const { name, apply } of edits) {
      const copy = await comparable(await apply(pixels, random), file);
      await add(name, [file, file], copy, photo);
    }
    const others = group.filter((other) => other !== file).slice(0, 12);
    for (const other of others) {
      const content = readFileSync(other);
      const { inliers } = await add(
        'no copy: one thing',
        [file, other],
        await comparable(content, other),
        photo,
      );
      // A second shot from the same spot is the hardest: what is cut out of it may lack all that tells the two apart.
      if (inliers < 40) continue;
      const { pixels: shot } = await decodePhoto(content, { longSide: 4096, name: other, thumbnail: false });
      for (const { name, edit, apply } of edits) {
        if (!hardEdits.has(edit)) continue;
        const copy = await comparable(await apply(shot, random), other);
        await add(`no copy: second shot ${name}`, [file, other], copy, photo);
      }
    }
    for (const other of photos.slice(-12)) {
      if (other.file === file) continue;
      await add('no copy: two things', [file, other.file], other.photo, photo);
    }
    photos.push({ file, photo });
  }
}

const certaintyOf = ({ kind, certainty }: Verdict) => (kind === 'near-duplicate' ? certainty : 0);
console.log('edit | pairs | duplicates | certainty: least, 5 %, 25 %, median, most');
for (const name of new Set(pairs.map((pair) => pair.name))) {
  const found = pairs.filter((pair) => pair.name === name).map(({ verdict }) => certaintyOf(verdict));
  found.sort((a, b) => a - b);
  const quantiles = [0, 0.05, 0.25, 0.5, 1].map((share) =>
    found[Math.floor(share * (found.length - 1))]!.toFixed(2),
  );
  const share = found.filter((certainty) => certainty >= defaultStrictness).length / found.length;
  console.log(`${name} | ${found.length} | ${(100 * share).toFixed(1)} % | ${quantiles.join(' ')}`);
}
if (values.dump) writeFileSync(values.dump, JSON.stringify(pairs));
await extractor.release();
