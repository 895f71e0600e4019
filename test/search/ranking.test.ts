import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeRegions, quantiseRegions } from '../../src/descriptor/quantise.ts';
import { regionGrid } from '../../src/descriptor/regions.ts';
import { dot, l2Normalise } from '../../src/descriptor/vectors.ts';
import { verifiedScore } from '../../src/local-features/verification.ts';
import { augmentedBy, createAugmentation } from '../../src/search/augmentation.ts';
import { expandByAlpha, expandByAverage, expandedBy } from '../../src/search/expansion.ts';
import { depths, rankPhotos, rankVerified } from '../../src/search/ranking.ts';
import type { RankedPhoto, RankedQuery, Rankers, RankingSource } from '../../src/search/ranking.ts';
import { createRegionalMatcher, regionalScore, reranked } from '../../src/search/regional.ts';
import { seededRandom } from '../bench/seeded-random.ts';

const dimensions = 8;
const geometry = { width: 4, height: 3, levels: 1, wholeMap: true };
const regionCount = regionGrid(geometry.height, geometry.width, geometry.levels, geometry.wholeMap).length;
const off = { regional: 'off', expansion: 'off', augmentation: false } as const;

let rankers: Rankers;
beforeAll(async () => {
  rankers = {
    regional: await createRegionalMatcher(dimensions, { threads: 1 }),
    augmentation: await createAugmentation({ threads: 1 }),
  };
});
afterAll(async () => {
  await rankers.regional.release();
  await rankers.augmentation.release();
});

/** Photos in memory, by their place. */
class Photos implements RankingSource {
  readonly vectors: Float32Array[] = [];
  readonly blobs: Uint8Array[] = [];
  /** Photos that `nearest` still knows, and nobody else does. */
  readonly gone = new Set<number>();
  readonly #random: () => number;

  constructor(seed: number, count: number) {
    this.#random = seededRandom(seed);
    for (let photo = 0; photo < count; photo++) {
      this.vectors.push(this.unit());
      const rows = Float32Array.from(Array.from({ length: regionCount }, () => [...this.unit()]).flat());
      this.blobs.push(encodeRegions(quantiseRegions(rows, dimensions, geometry)));
    }
  }

  unit(): Float32Array {
    return l2Normalise(Float32Array.from({ length: dimensions }, () => this.#random() - 0.5));
  }

  async nearest(query: Float32Array, k: number) {
    return this.vectors
      .map((vector, photoId) => ({ photoId, score: dot(query, vector) }))
      .sort((a, b) => b.score - a.score || a.photoId - b.photoId)
      .slice(0, k);
  }

  descriptors(photoIds: readonly number[]) {
    return photoIds.map((photoId) => (this.gone.has(photoId) ? undefined : this.vectors[photoId]));
  }

  regions(photoIds: readonly number[]) {
    return photoIds.map((photoId) => (this.gone.has(photoId) ? undefined : this.blobs[photoId]));
  }
}

const whole = (photos: Photos): RankedQuery => {
  const rows = [photos.unit(), photos.unit(), photos.unit()].flatMap((row) => [...row]);
  return { descriptor: photos.unit(), regions: Float32Array.from(rows), boxed: false };
};
const box = (photos: Photos): RankedQuery => {
  const descriptor = photos.unit();
  return { descriptor, regions: descriptor, boxed: true };
};
const several = (photos: Photos): RankedQuery => ({ ...whole(photos), regions: null });

const seeds = fc.integer({ min: 1, max: 2 ** 31 });
const idsOf = (ranked: readonly { photoId: number }[]) => ranked.map(({ photoId }) => photoId);
const scoresOf = (ranked: readonly RankedPhoto[]) => ranked.map(({ score }) => score);

function expectRanked(ranked: readonly RankedPhoto[]): void {
  const scores = scoresOf(ranked);
  expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  expect(new Set(idsOf(ranked)).size).toBe(ranked.length);
}

/** What a photo is called is told from its likeness to what was asked with, whatever it was ranked by. */
function expectSimilarities(ranked: readonly RankedPhoto[], photos: Photos, query: RankedQuery): void {
  for (const { photoId, similarity } of ranked)
    expect(similarity).toBeCloseTo(dot(query.descriptor, photos.vectors[photoId]!), 5);
}

describe('without refinements', () => {
  it('photos are ranked by their descriptors, and say where they match', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, fc.integer({ min: 0, max: 40 }), async (seed, count) => {
        const photos = new Photos(seed, count);
        const query = whole(photos);
        const ranked = await rankPhotos(photos, rankers, query, off, count);
        const nearest = await photos.nearest(query.descriptor, count);
        expect(ranked.map(({ photoId, score }) => ({ photoId, score }))).toEqual(nearest);
        const matches = await rankers.regional.match(query.regions!, photos.regions(idsOf(ranked)));
        expect(ranked.map((photo) => photo.box)).toEqual(matches.map((match) => match!.box));
        expectSimilarities(ranked, photos, query);
      }),
      { numRuns: 30 },
    );
  });

  it('several photos have no place where they match', async () => {
    const photos = new Photos(1, 20);
    const ranked = await rankPhotos(photos, rankers, several(photos), { ...off, regional: 'sum' }, 20);
    expectRanked(ranked);
    expect(ranked.every((photo) => photo.box === undefined)).toBe(true);
  });
});

describe('regional re-ranking', () => {
  it.each(['best-pair', 'sum'] as const)(
    'by %s ranks by descriptors and regions together',
    async (regional) => {
      const photos = new Photos(2, 50);
      const query = whole(photos);
      const ranked = await rankPhotos(photos, rankers, query, { ...off, regional }, 50);
      const matches = await rankers.regional.match(query.regions!, photos.blobs);
      const expected = photos.vectors
        .map((vector, photoId) => ({
          photoId,
          score: regionalScore(dot(query.descriptor, vector), matches[photoId]!, regional),
        }))
        .sort((a, b) => b.score - a.score);
      expect(ranked.map(({ photoId, score }) => ({ photoId, score }))).toEqual(
        expected.map(({ photoId, score }) => ({ photoId, score: expect.closeTo(score, 5) })),
      );
      expectSimilarities(ranked, photos, query);
    },
  );

  it('leaves photos that it did not look at behind those that it did, in their order', async () => {
    const count = reranked.photo + 50;
    const photos = new Photos(3, count);
    const query = whole(photos);
    const nearest = idsOf(await photos.nearest(query.descriptor, count));
    // One of the first looks like the opposite of the query: its score is lower than those of all the others.
    const regions = Float32Array.from(
      { length: 3 * dimensions },
      (_, at) => query.descriptor[at % dimensions]!,
    );
    const opposite = Float32Array.from(
      { length: regionCount * dimensions },
      (_, at) => -query.descriptor[at % dimensions]!,
    );
    photos.blobs[nearest[100]!] = encodeRegions(quantiseRegions(opposite, dimensions, geometry));
    const refinement = { ...off, regional: 'best-pair' } as const;
    const ranked = await rankPhotos(photos, rankers, { ...query, regions }, refinement, count);
    expect(ranked[reranked.photo - 1]!.photoId).toBe(nearest[100]);
    expect(new Set(scoresOf(ranked.slice(reranked.photo - 1))).size).toBeLessThan(51);
    expectRanked(ranked);
    expect(new Set(idsOf(ranked.slice(0, reranked.photo)))).toEqual(
      new Set(nearest.slice(0, reranked.photo)),
    );
    expect(idsOf(ranked.slice(reranked.photo))).toEqual(nearest.slice(reranked.photo));
    expect(ranked.slice(reranked.photo).every((photo) => photo.box === undefined)).toBe(true);
    // Nor does proof for one photo shuffle the others.
    const proof = new Map([[ranked[0]!.photoId, 30]]);
    const lifted = await rankVerified(photos, rankers, query, off, count, ranked, proof);
    expect(idsOf(lifted)).toEqual(idsOf(ranked));
  });

  it('ranks boxes always, and tells how alike their parts are', async () => {
    const photos = new Photos(4, 60);
    const query = box(photos);
    const matches = await rankers.regional.match(query.regions!, photos.blobs);
    const alike = (photoId: number) =>
      regionalScore(dot(query.descriptor, photos.vectors[photoId]!), matches[photoId]!, 'box');
    const ranked = await rankPhotos(photos, rankers, query, off, 60);
    expectRanked(ranked);
    for (const { photoId, score, similarity } of ranked) {
      expect(score).toBeCloseTo(alike(photoId), 5);
      expect(similarity).toBeCloseTo(score, 6);
    }
    // Whatever it is ranked by.
    for (const refinement of [{ expansion: 'average' }, { augmentation: true }] as const) {
      const refined = await rankPhotos(photos, rankers, query, { ...off, ...refinement }, 60);
      expectRanked(refined);
      expect(scoresOf(refined)).not.toEqual(refined.map(({ similarity }) => similarity));
      for (const { photoId, similarity } of refined) expect(similarity).toBeCloseTo(alike(photoId), 5);
    }
  });
});

describe('expansion', () => {
  it.each(['average', 'alpha'] as const)('by %s asks again with the nearest', async (expansion) => {
    const photos = new Photos(5, 40);
    const query = several(photos);
    const nearest = await photos.nearest(query.descriptor, expandedBy[expansion]);
    const matches = nearest.map(({ photoId, score }) => ({ descriptor: photos.vectors[photoId]!, score }));
    const expanded =
      expansion === 'alpha'
        ? expandByAlpha(query.descriptor, matches)
        : expandByAverage(
            query.descriptor,
            matches.map(({ descriptor }) => descriptor),
          );
    const ranked = await rankPhotos(photos, rankers, query, { ...off, expansion }, 40);
    expect(ranked.map(({ photoId, score }) => ({ photoId, score }))).toEqual(
      await photos.nearest(expanded, 40),
    );
    expectSimilarities(ranked, photos, query);
  });

  it('by verified matches waits for them, and asks again with the best', async () => {
    const photos = new Photos(6, 40);
    const query = several(photos);
    const refinement = { ...off, expansion: 'verified' } as const;
    const ranked = await rankPhotos(photos, rankers, query, refinement, 40);
    expect(idsOf(ranked)).toEqual(idsOf(await photos.nearest(query.descriptor, 40)));
    // Too few keypoints are no proof: nothing but the order changes.
    const weak = new Map([[idsOf(ranked)[20]!, 11]]);
    const lifted = await rankVerified(photos, rankers, query, refinement, 40, ranked, weak);
    const plain = await rankVerified(photos, rankers, query, off, 40, ranked, weak);
    expect(lifted).toEqual(plain);
    // Six are proven, and five of them count: those with the highest scores by then.
    const places = [3, 9, 15, 22, 30, 36];
    const proven = new Map(places.map((place, at) => [idsOf(ranked)[place]!, 20 + at]));
    const best = places
      .map((place) => ranked[place]!)
      .map((photo) => ({ ...photo, score: verifiedScore(photo.score, proven.get(photo.photoId)!) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, expandedBy.verified);
    const expanded = expandByAverage(
      query.descriptor,
      best.map(({ photoId }) => photos.vectors[photoId]!),
    );
    const again = await rankVerified(photos, rankers, query, refinement, 40, ranked, proven);
    const expected = photos.vectors
      .map((vector, photoId) => ({
        photoId,
        score: verifiedScore(dot(expanded, vector), proven.get(photoId) ?? 0),
      }))
      .sort((a, b) => b.score - a.score);
    expect(again.map(({ photoId, score }) => ({ photoId, score }))).toEqual(
      expected.map(({ photoId, score }) => ({ photoId, score: expect.closeTo(score, 5) })),
    );
    expectRanked(again);
    expectSimilarities(again, photos, query);
  });
});

describe('augmentation', () => {
  it('ranks by what the nearest and their neighbours have in common', async () => {
    const photos = new Photos(7, 30);
    const query = several(photos);
    const nearest = idsOf(await photos.nearest(query.descriptor, 30));
    const scores = await rankers.augmentation.scores(
      query.descriptor,
      nearest.map((photoId) => photos.vectors[photoId]!),
    );
    const expected = nearest
      .map((photoId, at) => ({ photoId, score: scores[at]! }))
      .sort((a, b) => b.score - a.score);
    const ranked = await rankPhotos(photos, rankers, query, { ...off, augmentation: true }, 3);
    expect(ranked.map(({ photoId, score }) => ({ photoId, score }))).toEqual(expected);
    expectSimilarities(ranked, photos, query);
    expect(augmentedBy).toBeLessThan(30);
  });

  it('leaves those beyond its depth behind, in their order', async () => {
    const count = depths.augmentation + 40;
    const photos = new Photos(8, count);
    const query = several(photos);
    const ranked = await rankPhotos(photos, rankers, query, { ...off, augmentation: true }, count);
    const nearest = idsOf(await photos.nearest(query.descriptor, count));
    expectRanked(ranked);
    expect(idsOf(ranked.slice(depths.augmentation))).toEqual(nearest.slice(depths.augmentation));
  });
});

describe('verification', () => {
  it('moves photos up by how many keypoints agree, and no other', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, fc.array(fc.nat(80), { maxLength: 12 }), async (seed, inliers) => {
        const photos = new Photos(seed, 12);
        const query = whole(photos);
        const ranked = await rankPhotos(photos, rankers, query, off, 12);
        const verified = new Map(inliers.map((count, place) => [ranked[place]!.photoId, count]));
        const again = await rankVerified(photos, rankers, query, off, 12, ranked, verified);
        const expected = ranked
          .map((photo) => ({ ...photo, score: verifiedScore(photo.score, verified.get(photo.photoId) ?? 0) }))
          .sort((a, b) => b.score - a.score);
        expect(again).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });
});

describe('photos that have gone since the index knew them', () => {
  it('are no trouble for any step', async () => {
    await fc.assert(
      fc.asyncProperty(
        seeds,
        fc.uniqueArray(fc.nat(19), { maxLength: 20 }),
        fc.constantFrom('off', 'best-pair', 'sum'),
        fc.constantFrom('off', 'average', 'alpha', 'verified'),
        fc.boolean(),
        fc.constantFrom(whole, box, several),
        async (seed, gone, regional, expansion, augmentation, ask) => {
          const photos = new Photos(seed, 20);
          for (const photoId of gone) photos.gone.add(photoId);
          const query = ask(photos);
          const refinement = { regional, expansion, augmentation } as const;
          const ranked = await rankPhotos(photos, rankers, query, refinement, 20);
          const proven = new Map(idsOf(ranked).map((photoId, place) => [photoId, place % 2 ? 0 : 15]));
          const again = await rankVerified(photos, rankers, query, refinement, 20, ranked, proven);
          const left = 20 - gone.length;
          for (const list of [ranked, again]) {
            expectRanked(list);
            const there = idsOf(list).filter((photoId) => !photos.gone.has(photoId));
            expect(there).toHaveLength(left);
            expect(list.every(({ score, similarity }) => Number.isFinite(score + similarity))).toBe(true);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
