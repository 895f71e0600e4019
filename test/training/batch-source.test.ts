import { expect, it, test } from 'vitest';
import { trainingSettingsSchema } from '../../src/api-training.ts';
import type { TrainingWishes } from '../../src/api-training.ts';
import { BatchSource } from '../../src/training/batch-source.ts';
import type { StepBatch } from '../../src/training/batch-source.ts';
import { planOf } from '../../src/training/plan.ts';
import { Random } from '../../src/training/random.ts';
import type { SafeNegatives } from '../../src/training/safe-negatives.ts';

const albums = Array.from({ length: 8 }, (_, album) => [0, 1, 2, 3, 4].map((photo) => 5 * album + photo));
/** 41 is judged to be of album 0, 42 to be none of it. */
const parts = {
  albums: albums.map((training, id) => ({ id, training, validation: [], heldOut: [] })),
  heldOutAlbums: [],
  othersTraining: [40, 41, 42, 43, 44],
  othersMeasured: [],
  judged: [
    { a: 0, b: 41, same: true },
    { a: 42, b: 1, same: false },
  ],
};
/** Photos with even places, and of albums with even ones. */
const safe: SafeNegatives = (other, album) => other % 2 === 0 && album % 2 === 0;

function sourceOf(wishes: TrainingWishes, safeNegatives: SafeNegatives | null): BatchSource {
  const settings = trainingSettingsSchema.parse(wishes);
  const plan = {
    ...planOf(settings, albums.length),
    albumsPerBatch: 5,
    photosPerAlbum: 3,
    othersPerBatch: 3,
  };
  return new BatchSource({ settings, plan, parts, safe: safeNegatives });
}

async function describe(photos: readonly number[]): Promise<Float32Array> {
  const rows = photos.map((photo) => {
    const random = new Random(photo);
    const row = [random.normal(), random.normal(), random.normal()];
    return row.map((value) => value / Math.hypot(...row));
  });
  return Promise.resolve(Float32Array.from(rows.flat()));
}

const samplings = ['random', 'hard-albums', 'hard-negatives'] as const;
const isOther = (photo: number) => photo >= 40;

test.each(samplings)(
  'photos outside the albums are negatives only where that is safe: %s',
  async (sampling) => {
    const source = sourceOf({ sampling }, safe);
    let count = 0;
    for (let step = 0; step < 20; step++) {
      const { photos, labels, masks, triplets } = await source.next(step, describe);
      const n = photos.length;
      const judgedSame = (a: number, b: number) => a + b === 41 && a * b === 0;
      const judgedDifferent = (a: number, b: number) => a + b === 43 && a * b === 42;
      for (const [a, photo] of photos.entries()) {
        expect(labels[a]).toBe(isOther(photo) ? null : Math.floor(photo / 5));
        if (!isOther(photo)) continue;
        for (const [b, mate] of photos.entries()) {
          const [one, other] = [masks.positives[a * n + b]!, masks.negatives[a * n + b]!];
          expect(one).toBe(Number(judgedSame(photo, mate)));
          const isSafe = !isOther(mate) && safe(photo, Math.floor(mate / 5));
          expect(other).toBe(Number((isSafe && one === 0) || judgedDifferent(photo, mate)));
          count += other;
        }
      }
      for (const { anchor, positive, negative } of triplets ?? []) {
        expect(masks.positives[anchor * n + positive]).toBe(1);
        expect(masks.negatives[anchor * n + negative]).toBe(1);
      }
    }
    expect(count).toBeGreaterThan(0);
  },
);

test.each(samplings)('nothing but what was judged is known of them otherwise: %s', async (sampling) => {
  const source = sourceOf({ sampling }, null);
  for (let step = 0; step < 20; step++) {
    const { photos, masks } = await source.next(step, describe);
    const n = photos.length;
    for (const [a, photo] of photos.entries()) {
      if (photo !== 40 && photo < 43) continue;
      expect(masks.positives.subarray(a * n, a * n + n)).not.toContain(1);
      expect(masks.negatives.subarray(a * n, a * n + n)).not.toContain(1);
    }
  }
});

it('searches for what is hard at the first step, and now and then', async () => {
  for (const sampling of samplings) {
    const source = sourceOf({ sampling }, safe);
    const searched: number[] = [];
    for (let step = 0; step < 140; step++) {
      await source.next(step, (photos) => {
        searched.push(step);
        return describe(photos);
      });
    }
    expect(searched).toEqual(sampling === 'random' ? [] : [0, 64, 128]);
  }
});

it('mines photos outside the albums where they are safe', async () => {
  const source = sourceOf({ sampling: 'hard-negatives', loss: 'triplet', margin: 0.5 }, safe);
  const negatives = new Set<number>();
  for (let step = 0; step < 60; step++) {
    const { photos, triplets } = await source.next(step, describe);
    for (const { negative } of triplets!) negatives.add(photos[negative]!);
  }
  expect([...negatives].filter(isOther).sort()).toEqual([40, 42, 44]);
});

it('mines what was judged about them', async () => {
  const source = sourceOf({ sampling: 'hard-negatives', loss: 'triplet', margin: 0.5 }, null);
  // 41 is as far from 0 as can be, and 42 is where 1 is.
  const hard = async (photos: readonly number[]) => {
    const rows = await describe(photos.map((photo) => (photo > 40 ? photo - 41 : photo)));
    return rows.map((value, at) => (photos[Math.floor(at / 3)] === 41 ? -value : value));
  };
  const pairs = new Set<string>();
  for (let step = 0; step < 400; step++) {
    const { photos, triplets } = await source.next(step, hard);
    for (const { anchor, positive, negative } of triplets!) {
      const [query, one, other] = [photos[anchor]!, photos[positive]!, photos[negative]!];
      if (isOther(one)) pairs.add(`${query} and ${one}`);
      if (isOther(other)) pairs.add(`${query}, not ${other}`);
    }
  }
  expect(pairs).toEqual(new Set(['0 and 41', '1, not 42']));
});

test.each(samplings)('a stored state gives the batches that would have come: %s', async (sampling) => {
  const source = sourceOf({ sampling }, safe);
  for (let step = 0; step < 3; step++) await source.next(step, describe);
  const stored = JSON.stringify(source.state);
  const resumed = sourceOf({ sampling, seed: 99 }, safe);
  resumed.restore(JSON.parse(stored));
  const two = async (from: BatchSource): Promise<StepBatch[]> => [
    await from.next(3, describe),
    await from.next(64, describe),
  ];
  const expected = await two(source);
  expect(await two(resumed)).toEqual(expected);
});

it('takes no state of another sampling', () => {
  const stored: unknown = JSON.parse(JSON.stringify(sourceOf({ sampling: 'random' }, null).state));
  expect(() => sourceOf({ sampling: 'hard-negatives' }, null).restore(stored)).toThrow();
  expect(() => sourceOf({ sampling: 'hard-albums' }, null).restore(stored)).toThrow();
});
