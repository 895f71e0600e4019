import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Edit } from '../../src/api-duplicates.ts';
import { compare, defaultStrictness } from '../../src/duplicates/compare.ts';
import type { ComparablePhoto } from '../../src/duplicates/compare.ts';
import { mirrored, turnPixels, upright } from '../../src/duplicates/orientation.ts';
import { editsOf, imageOf } from '../../src/evaluation/duplicates/edits.ts';
import { decodePhoto } from '../../src/ingest/decode.ts';
import { createFeatureExtractor } from '../../src/local-features/extract.ts';
import type { FeatureExtractor } from '../../src/local-features/extract.ts';
import { applyHomography, invertHomography } from '../../src/local-features/homography.ts';
import {
  defaultLocalFeatureModelFolder,
  readLocalFeatureModel,
} from '../../src/model/local-feature-model.ts';
import type { RgbPixels } from '../../src/model/trunk.ts';
import { realPhoto } from '../ingest/pictures.ts';
import { comparablePhoto } from './comparable-photo.ts';
import { sequence } from './drawn-pictures.ts';

let extractor: FeatureExtractor;
const names = ['locomotion-house-cat', 'nagasaki-boats', 'black-canyon', 'march-pastoral'] as const;
const photos = new Map<string, { pixels: RgbPixels; photo: ComparablePhoto }>();

beforeAll(async () => {
  extractor = await createFeatureExtractor(await readLocalFeatureModel(defaultLocalFeatureModelFolder()));
  for (const name of names) {
    const content = realPhoto(name);
    const { pixels } = await decodePhoto(content, { longSide: 1200, name, thumbnail: false });
    photos.set(name, { pixels, photo: await comparable(content) });
  }
});
afterAll(() => extractor.release());

function comparable(content: Uint8Array): Promise<ComparablePhoto> {
  return comparablePhoto(extractor, content);
}

/** What each edit is named by; those that two names fit have both. */
const namesOf: Readonly<Record<string, readonly Edit[]>> = {
  're-saved': ['re-saved', 'resized'],
  resized: ['resized'],
  cropped: ['cropped'],
  rotated: ['rotated'],
  mirrored: ['mirrored'],
  straightened: ['straightened'],
  brightness: ['colours'],
  contrast: ['colours'],
  colour: ['colours'],
  grey: ['grey'],
  watermarked: ['watermarked'],
  border: ['border'],
  screenshot: ['screenshot'],
};

describe.each(editsOf('choosing'))('$name', ({ edit, apply }) => {
  it('is found to be the same shot, and is named', async () => {
    const found: Edit[][] = [];
    for (const name of ['black-canyon', 'march-pastoral']) {
      const { pixels, photo } = photos.get(name)!;
      const verdict = await compare(await comparable(await apply(pixels, sequence(3))), photo);
      expect(verdict.kind).toBe('near-duplicate');
      expect(verdict.certainty).toBeGreaterThanOrEqual(defaultStrictness);
      found.push([...verdict.edits]);
    }
    const fitting = namesOf[edit]!;
    for (const edits of found)
      expect(
        fitting.filter((one) => edits.includes(one)),
        edits.join(),
      ).not.toEqual([]);
  });
});

describe('compare', () => {
  it('tells different photos apart', async () => {
    for (const one of names) {
      for (const other of names) {
        if (one >= other) continue;
        const verdict = await compare(photos.get(one)!.photo, photos.get(other)!.photo);
        expect(verdict).toMatchObject({ kind: 'different', homography: null, overlapA: 0, overlapB: 0 });
      }
    }
  });

  it('finds the same the other way round, with the map turned round', async () => {
    const { pixels, photo } = photos.get('nagasaki-boats')!;
    const crop = editsOf('choosing').find(({ edit }) => edit === 'cropped')!;
    const copy = await comparable(await crop.apply(pixels, sequence(8)));
    const [there, back] = [await compare(copy, photo), await compare(photo, copy)];
    expect([there.kind, back.kind]).toEqual(['near-duplicate', 'near-duplicate']);
    expect([there.overlapA, there.overlapB].map((share) => share.toFixed(1))).toEqual(
      [back.overlapB, back.overlapA].map((share) => share.toFixed(1)),
    );
    for (const [x, y] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ] as const) {
      const [one, other] = [
        applyHomography(there.homography!, x, y)!,
        applyHomography(invertHomography(back.homography!), x, y)!,
      ];
      expect(Math.hypot(one[0] - other[0], one[1] - other[1])).toBeLessThan(0.01);
    }
  });

  it('finds a crop that was mirrored', async () => {
    const { pixels, photo } = photos.get('march-pastoral')!;
    const crop = editsOf('choosing').find(({ edit }) => edit === 'cropped')!;
    const cropped = await decodePhoto(await crop.apply(pixels, sequence(2)), {
      longSide: 2000,
      name: 'a crop',
      thumbnail: false,
    });
    const flop = editsOf('choosing').find(({ edit }) => edit === 'mirrored')!;
    const copy = await comparable(await flop.apply(turnPixels(cropped.pixels, upright), sequence(1)));
    const verdict = await compare(copy, photo, { similarity: 0.8 });
    expect(verdict.kind).toBe('near-duplicate');
    expect(verdict.edits).toEqual(expect.arrayContaining(['mirrored', 'cropped']));
    expect(applyHomography(verdict.homography!, 0, 0)![0]).toBeGreaterThan(
      applyHomography(verdict.homography!, 1, 0)![0],
    );
  });

  it('looks for mirrored crops only where descriptors are alike', async () => {
    const { photo } = photos.get('nagasaki-boats')!;
    const { photo: other } = photos.get('black-canyon')!;
    const asked: unknown[] = [];
    const watched = {
      ...photo,
      featuresIn: (orientation: typeof upright) => {
        asked.push(orientation);
        return photo.featuresIn(orientation);
      },
    };
    await compare(watched, other, { similarity: 0.1 });
    const before = asked.length;
    await compare(watched, other, { similarity: 0.9 });
    expect(asked.slice(before)).toContain(mirrored);
    expect(asked.slice(0, before)).not.toContain(mirrored);
  });

  it('takes photos that both show something at their margins for two shots of one scene', async () => {
    const { pixels } = photos.get('nagasaki-boats')!;
    const { width, height } = pixels;
    const part = { left: 0, top: 0, width: Math.round(0.92 * width), height };
    const parts = [part, { ...part, left: width - part.width }].map((box) =>
      imageOf(pixels).extract(box).jpeg({ quality: 90 }).toBuffer(),
    );
    const [left, right] = [await comparable(await parts[0]!), await comparable(await parts[1]!)];
    expect((await compare(left, right)).kind).toBe('same-scene');
  });

  it('takes two empty pictures for nothing', async () => {
    const even = (grey: number): ComparablePhoto => ({
      width: 400,
      height: 300,
      features: { width: 400, height: 300, positions: new Float32Array(), descriptors: new Int8Array() },
      picture: { data: new Uint8Array(400 * 300 * 3).fill(grey), width: 400, height: 300 },
      featuresIn: () => Promise.reject(new Error('It has none.')),
    });
    expect(await compare(even(200), even(90), { similarity: 0 })).toMatchObject({ kind: 'different' });
  });
});
