/** Finding duplicates by perceptual hashes, each with the threshold that its makers or users name. */
import { setImmediate } from 'node:timers/promises';
import type { RgbPixels } from '../../model/trunk.ts';
import { differingBits } from './bit-hash.ts';
import type { BitHash } from './bit-hash.ts';
import { differenceHash, perceptualHash } from './difference-and-dct-hash.ts';
import type { CalledPair, DuplicateMethod, FindOptions, FoundPairs } from './duplicate-method.ts';
import { pdqDistance, pdqHashes, pdqLongSide } from './pdq.ts';
import { readPixels } from './read-pixels.ts';

interface HashOfPhoto {
  readonly name: string;
  readonly bits: number;
  readonly threshold: number;
  /** Pairs farther apart than this are not worth counting. */
  readonly farthest: number;
  /** The long side that photos are read at. */
  readonly longSide: number;
  /** One hash, or one for each orientation. */
  readonly make: (photo: RgbPixels) => Promise<BitHash[]> | BitHash[];
}

const hashes: readonly HashOfPhoto[] = [
  {
    name: 'dhash',
    bits: 64,
    threshold: 10,
    farthest: 20,
    longSide: 256,
    make: async (photo) => [await differenceHash(photo)],
  },
  {
    name: 'phash',
    bits: 64,
    threshold: 10,
    farthest: 20,
    longSide: 256,
    make: async (photo) => [await perceptualHash(photo)],
  },
  // In the best of eight orientations. 31 is what its specification says; its measure of quality is left aside, which would only take copies out.
  { name: 'pdq', bits: 256, threshold: 31, farthest: 90, longSide: pdqLongSide, make: pdqHashes },
];

export const hashMethods: readonly DuplicateMethod[] = hashes.map((hash) => ({
  name: hash.name,
  threshold: hash.threshold,
  wording: (threshold) => `${threshold} of ${hash.bits} bits`,
  find: (files, options) => findByHash(hash, files, options),
}));

/** Photos that are decoded side by side. */
const together = 4;

async function findByHash(
  hash: HashOfPhoto,
  files: readonly string[],
  { signal, onProgress }: FindOptions,
): Promise<FoundPairs> {
  const begun = performance.now();
  const made: (BitHash[] | null)[] = [];
  for (let first = 0; first < files.length; first += together) {
    signal.throwIfAborted();
    made.push(
      ...(await Promise.all(files.slice(first, first + together).map((file) => hashOfFile(hash, file)))),
    );
    onProgress(made.length);
  }
  const compared = performance.now();
  const pairs: CalledPair[] = [];
  for (const [one, hashesOfOne] of made.entries()) {
    if (one % 64 === 0) await setImmediate();
    signal.throwIfAborted();
    if (!hashesOfOne) continue;
    for (let other = one + 1; other < made.length; other++) {
      const own = made[other]?.[0];
      if (!own) continue;
      const distance =
        hashesOfOne.length === 1 ? differingBits(hashesOfOne[0]!, own) : pdqDistance(hashesOfOne, own);
      if (distance <= hash.farthest) pairs.push({ one, other, distance });
    }
  }
  return {
    pairs,
    unreadable: new Set(made.flatMap((one, at) => (one ? [] : [at]))),
    milliseconds: { making: compared - begun, comparing: performance.now() - compared },
  };
}

/** Null for what cannot be read. */
async function hashOfFile({ longSide, make }: HashOfPhoto, file: string): Promise<BitHash[] | null> {
  const photo = await readPixels(file, longSide);
  return photo && make(photo);
}
