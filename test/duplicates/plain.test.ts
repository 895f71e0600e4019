import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import sharp from 'sharp';
import { compare, defaultStrictness } from '../../src/duplicates/compare.ts';
import type { ComparablePhoto } from '../../src/duplicates/compare.ts';
import { orientations, turnPixels } from '../../src/duplicates/orientation.ts';
import * as plain from '../../src/duplicates/plain.ts';
import { greyOf, pyramidOf } from '../../src/duplicates/plane.ts';
import { decodePhoto } from '../../src/ingest/decode.ts';
import { createFeatureExtractor } from '../../src/local-features/extract.ts';
import type { FeatureExtractor } from '../../src/local-features/extract.ts';
import {
  defaultLocalFeatureModelFolder,
  readLocalFeatureModel,
} from '../../src/model/local-feature-model.ts';
import type { RgbPixels } from '../../src/model/trunk.ts';
import { realPhoto } from '../ingest/pictures.ts';

type Colour = readonly [red: number, green: number, blue: number];

function painted(width: number, height: number, colourAt: (x: number, y: number) => Colour): RgbPixels {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    const pixel = Math.floor(at / 3);
    return colourAt((pixel % width) / width, Math.floor(pixel / width) / height)[at % 3]!;
  });
  return { data, width, height };
}

const noon = (_: number, y: number): Colour => [70 + 60 * y, 120 + 50 * y, 220];
const evening = (_: number, y: number): Colour => [120 + 90 * y, 90 + 80 * y, 70 + 60 * y];
const night = (): Colour => [3, 3, 3];

function plainPicture(picture: RgbPixels): plain.PlainPicture | null {
  return plain.plainPicture(picture, pyramidOf(greyOf(picture)));
}

function jpeg({ data, width, height }: RgbPixels, quality: number): Promise<Uint8Array> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality })
    .toBuffer();
}

describe('a plain picture', () => {
  it('is one without details', async () => {
    const options = { longSide: 320, name: 'a photo', thumbnail: false };
    expect(plainPicture(painted(320, 240, noon))).not.toBeNull();
    expect(plainPicture(painted(1, 1, night))).not.toBeNull();
    expect(plainPicture((await decodePhoto(realPhoto('march-pastoral'), options)).pixels)).toBeNull();
    // One word on a white page is enough.
    const word = painted(320, 240, (x, y) => {
      const isInk =
        x > 0.3 && x < 0.7 && y > 0.4 && y < 0.6 && (Math.floor(x * 40) * 7 + Math.floor(y * 40) * 3) % 5 < 2;
      return isInk ? [0, 0, 0] : [255, 255, 255];
    });
    expect(plainPicture(word)).toBeNull();
  });

  it('is the same in the orientation in which its colours are', () => {
    const slope = painted(200, 200, (x, y) => [40 + 100 * x, 60 + 40 * y, 90]);
    for (const orientation of orientations) {
      const turned = plainPicture(turnPixels(slope, orientation))!;
      const same = plain.samePlainPicture(plainPicture(slope)!, turned)!;
      expect(same.orientation).toEqual(orientation);
      expect(same.difference).toBeCloseTo(0, 4);
    }
  });

  it('is another one in other colours or of another form', () => {
    const sky = plainPicture(painted(300, 200, noon))!;
    expect(plain.samePlainPicture(sky, plainPicture(painted(150, 100, noon))!)!.difference).toBeLessThan(1);
    expect(plain.samePlainPicture(sky, plainPicture(painted(300, 200, evening))!)).toBeNull();
    expect(plain.samePlainPicture(sky, plainPicture(painted(300, 180, noon))!)).toBeNull();
    const darker = painted(300, 200, (x, y) => noon(x, y).map((value) => value - 10) as unknown as Colour);
    expect(plain.samePlainPicture(sky, plainPicture(darker)!)).toBeNull();
  });
});

describe('photos without details', () => {
  let extractor: FeatureExtractor;
  beforeAll(async () => {
    extractor = await createFeatureExtractor(await readLocalFeatureModel(defaultLocalFeatureModelFolder()));
  });
  afterAll(() => extractor.release());

  async function photo(picture: RgbPixels, quality = 90): Promise<ComparablePhoto> {
    const options = { longSide: 512, name: 'a photo', thumbnail: false };
    const { pixels } = await decodePhoto(await jpeg(picture, quality), options);
    return {
      width: picture.width,
      height: picture.height,
      features: await extractor.extract(pixels),
      picture: pixels,
      featuresIn: (orientation) => extractor.extract(turnPixels(pixels, orientation)),
    };
  }

  it.each([
    ['a clear sky', noon],
    ['a dark room', night],
  ])('are duplicates when they are copies of %s', async (_, colourAt) => {
    const verdict = await compare(
      await photo(painted(480, 320, colourAt)),
      await photo(painted(240, 160, colourAt), 50),
    );
    expect(verdict.kind).toBe('near-duplicate');
    expect(verdict.certainty).toBeGreaterThan(defaultStrictness);
    expect(verdict.edits).toContain('resized');
    expect(verdict.residual).toBeLessThan(0.02);
    expect(verdict).toMatchObject({ overlapA: 1, overlapB: 1 });
  });

  it('are none when they show two skies, though both grow brighter downwards', async () => {
    const [one, other] = [await photo(painted(480, 320, noon)), await photo(painted(480, 320, evening))];
    expect((await compare(one, other)).kind).toBe('different');
    expect((await compare(other, one)).kind).toBe('different');
  });

  it('are none when one is dark and the other bright', async () => {
    const bright = await photo(painted(480, 320, () => [250, 250, 250]));
    expect((await compare(await photo(painted(480, 320, night)), bright)).kind).toBe('different');
  });
});
