import { rmSync } from 'node:fs';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Box, HeatMap, QueryPart } from '../src/api-search.ts';
import { realPhoto } from './ingest/pictures.ts';
import { LibraryFixture, never } from './library-fixture.ts';

const fixture = new LibraryFixture();
const whole: Box = [0, 0, 1, 1];

/** Of the photos below, and where each lies on the photo that it was cut from. */
const crops = {
  'black-canyon': [0.3, 0.3, 0.6, 0.6],
  'nagasaki-boats': [0.1, 0.4, 0.5, 0.45],
} as const satisfies Record<string, Box>;
const names = Object.keys(crops) as (keyof typeof crops)[];

beforeAll(async () => {
  await fixture.open();
  for (const name of names) {
    const photo = sharp(realPhoto(name)).resize(480);
    const { data, info } = await photo.png().toBuffer({ resolveWithObject: true });
    await sharp(data).toFile(fixture.file(`${name}.png`));
    const [x, y, width, height] = crops[name];
    await sharp(data)
      .extract({
        left: Math.round(x * info.width),
        top: Math.round(y * info.height),
        width: Math.round(width * info.width),
        height: Math.round(height * info.height),
      })
      .toFile(fixture.file(`${name}-crop.png`));
  }
  const grey = sharp({ create: { width: 300, height: 200, channels: 3, background: '#808080' } });
  await grey.toFile(fixture.file('grey.png'));
  await fixture.put('march-pastoral');
  await fixture.library.addFolder(fixture.photos);
  await fixture.library.index();
});
afterAll(() => fixture.close());

const part = (name: string, box?: Box): QueryPart => ({ photoId: fixture.idOf(name), ...(box && { box }) });

/** Intersection over union. */
function overlap(one: Box, other: Box): number {
  const shared = (axis: 0 | 1) =>
    Math.min(one[axis] + one[axis + 2]!, other[axis] + other[axis + 2]!) - Math.max(one[axis], other[axis]);
  const [width, height] = [Math.max(0, shared(0)), Math.max(0, shared(1))];
  return (width * height) / (one[2] * one[3] + other[2] * other[3] - width * height);
}

describe('where photos match', () => {
  const localise = (query: QueryPart, photoIds: number[], signal = never) =>
    fixture.library.evidence.localise(query, photoIds, signal);

  it.each(names)('is where %s was cut', async (name) => {
    const photoId = fixture.idOf(`${name}.png`);
    const [found] = await localise(part(`${name}-crop.png`), [photoId]);
    expect(found!.photoId).toBe(photoId);
    expect(overlap(found!.box!, crops[name])).toBeGreaterThan(0.4);
  });

  it.each(names)('is all of a crop of %s for a box round what was cut', async (name) => {
    const photoId = fixture.idOf(`${name}-crop.png`);
    const [found] = await localise(part(`${name}.png`, [...crops[name]]), [photoId]);
    expect(overlap(found!.box!, whole)).toBeGreaterThan(0.4);
  });

  it('is told in the order that was asked for, and null for what cannot be read', async () => {
    const gone = fixture.idOf('march-pastoral.jpg');
    rmSync(fixture.file('march-pastoral.jpg'));
    const photoIds = [fixture.idOf('grey.png'), gone, 999, fixture.idOf('black-canyon.png')];
    const found = await localise(part('nagasaki-boats.png'), photoIds);
    expect(found.map(({ photoId }) => photoId)).toEqual(photoIds);
    expect(found.map(({ box }) => box === null)).toEqual([false, true, true, false]);
    await expect(localise(part('nagasaki-boats.png', [1, 1, 0, 0]), photoIds)).rejects.toMatchObject({
      code: 'box-empty',
    });
    await expect(localise({ photoId: gone }, photoIds)).rejects.toMatchObject({ code: 'photo-missing' });
    await expect(localise({ pictureId: 999 }, photoIds)).rejects.toMatchObject({ code: 'picture-forgotten' });
    const aborted = localise(part('nagasaki-boats.png'), photoIds, AbortSignal.abort());
    await expect(aborted).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('what looks alike', () => {
  /** Of the cells whose middle is inside the box, and of the others. */
  function means({ width, height, values }: HeatMap, [x, y, w, h]: Box): [inside: number, outside: number] {
    const sums = [0, 0];
    const counts = [0, 0];
    for (const [cell, value] of values.entries()) {
      const across = ((cell % width) + 0.5) / width;
      const down = (Math.floor(cell / width) + 0.5) / height;
      const side = across >= x && across <= x + w && down >= y && down <= y + h ? 0 : 1;
      sums[side]! += value;
      counts[side]! += 1;
    }
    return [sums[0]! / counts[0]!, sums[1]! / counts[1]!];
  }

  it.each(names)('is warm on %s where it was cut', async (name) => {
    const query = part(`${name}.png`, [...crops[name]]);
    const heat = await fixture.library.evidence.heat(query, fixture.idOf(`${name}.png`));
    // The photo is the query's own: both maps are the same.
    expect(heat.query).toEqual(heat.photo);
    const [inside, outside] = means(heat.photo, crops[name]);
    expect(inside).toBeGreaterThan(outside);
  });

  it('has a value from 0 to 1 for each cell of each map', async () => {
    const query = part('black-canyon-crop.png');
    const { query: own, photo } = await fixture.library.evidence.heat(query, fixture.idOf('grey.png'));
    for (const { width, height, values } of [own, photo]) {
      expect(width * height).toBeGreaterThan(0);
      expect(values).toHaveLength(width * height);
      expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
    // 300 x 200 pixels in cells of about 32.
    expect([photo.width, photo.height]).toEqual([10, 7]);
    expect(Math.max(...own.values)).toBeGreaterThan(Math.max(...photo.values));
    await expect(
      fixture.library.evidence.heat(part('grey.png', [0.5, 0.5, 0, 0]), fixture.idOf('grey.png')),
    ).rejects.toMatchObject({ code: 'box-empty' });
    await expect(fixture.library.evidence.heat(query, 999)).rejects.toMatchObject({ code: 'photo-unknown' });
  });
});

describe('proof', () => {
  const proof = (query: QueryPart, name: string) => fixture.library.evidence.proof(query, fixture.idOf(name));

  /** From the upper left on clockwise. */
  function cornersOf([x, y, width, height]: Box): number[] {
    return [x, y, x + width, y, x + width, y + height, x, y + height];
  }

  function expectCorners(outline: Float32Array | null, box: Box): void {
    expect(outline).toHaveLength(8);
    for (const [at, value] of cornersOf(box).entries())
      expect(Math.abs(outline![at]! - value)).toBeLessThan(0.03);
  }

  it.each(names)('of a crop of %s outlines it on the photo, by pairs of points', async (name) => {
    const { verified, pairs, outline } = await proof(part(`${name}-crop.png`), `${name}.png`);
    expect(verified).toBeGreaterThanOrEqual(12);
    expect(pairs).toHaveLength(4 * verified);
    expectCorners(outline, crops[name]);
    const [left, top, width, height] = crops[name];
    for (let at = 0; at < pairs.length; at += 4) {
      const [x, y, otherX, otherY] = pairs.subarray(at, at + 4);
      for (const value of [x!, y!, otherX!, otherY!]) {
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
      }
      // Each point of the crop lies where the crop was.
      expect(Math.abs(left + x! * width - otherX!)).toBeLessThan(0.03);
      expect(Math.abs(top + y! * height - otherY!)).toBeLessThan(0.03);
    }
  });

  it('of a box outlines the box, by points inside it', async () => {
    const box = crops['nagasaki-boats'];
    const { verified, pairs, outline } = await proof(
      part('nagasaki-boats.png', [...box]),
      'nagasaki-boats-crop.png',
    );
    expect(verified).toBeGreaterThanOrEqual(12);
    expectCorners(outline, whole);
    for (let at = 0; at < pairs.length; at += 4) {
      expect(pairs[at]! >= box[0] && pairs[at]! <= box[0] + box[2]).toBe(true);
      expect(pairs[at + 1]! >= box[1] && pairs[at + 1]! <= box[1] + box[3]).toBe(true);
    }
  });

  it.each([
    ['black-canyon.png', 'nagasaki-boats.png'],
    ['black-canyon.png', 'grey.png'],
    ['grey.png', 'grey.png'],
  ])('there is none between %s and %s', async (one, other) => {
    expect(await proof(part(one), other)).toEqual({ verified: 0, pairs: new Float32Array(), outline: null });
  });

  it('of photos that are not there is an error', async () => {
    await expect(fixture.library.evidence.proof(part('grey.png'), 999)).rejects.toMatchObject({
      code: 'photo-unknown',
    });
    await expect(proof({ pictureId: 999 }, 'grey.png')).rejects.toMatchObject({ code: 'picture-forgotten' });
  });
});
