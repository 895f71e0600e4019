import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDescriber } from '../../src/descriptor/describe.ts';
import { dot } from '../../src/descriptor/vectors.ts';
import { decodePhoto } from '../../src/ingest/decode.ts';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import { makeSamples, samplePhotos } from '../../src/samples.ts';
import { bandsAt, tierOf } from '../../src/search/tiers.ts';

const order = ['similar', 'same-scene', 'near-duplicate', 'identical'];
const score = fc.double({ min: -1, max: 1, noNaN: true });

const bands = bandsAt([1]);
const whole = { sameContent: false, whole: true, verified: false };
const copy = { ...whole, sameContent: true };

describe('tierOf', () => {
  it('says identical for the same content alone, whatever the score', () => {
    fc.assert(
      fc.property(score, (value) => {
        expect(tierOf(value, copy, bands)).toBe('identical');
        expect(tierOf(value, whole, bands)).not.toBe('identical');
      }),
    );
  });

  it('never falls as the score rises', () => {
    fc.assert(
      fc.property(score, score, (one, other) => {
        const [low, high] = one < other ? [one, other] : [other, one];
        expect(order.indexOf(tierOf(low, whole, bands))).toBeLessThanOrEqual(
          order.indexOf(tierOf(high, whole, bands)),
        );
      }),
    );
  });

  it('knows every tier, from the worst score to the best', () => {
    const tiers = new Set(Array.from({ length: 201 }, (_, step) => tierOf(step / 100 - 1, whole, bands)));
    expect([...tiers]).toEqual(['similar', 'same-scene', 'near-duplicate']);
  });
});

describe('what else is known', () => {
  it('lifts verified photos to the same scene, and never lowers any', () => {
    fc.assert(
      fc.property(score, (value) => {
        const [plain, verified] = [
          tierOf(value, whole, bands),
          tierOf(value, { ...whole, verified: true }, bands),
        ];
        expect(verified).toBe(plain === 'similar' ? 'same-scene' : plain);
      }),
    );
  });

  it('calls nothing a duplicate of a part of a photo, or of several', () => {
    fc.assert(
      fc.property(score, fc.boolean(), (value, sameContent) => {
        const tier = tierOf(value, { sameContent, whole: false, verified: false }, bands);
        expect(tier).toBe(value >= 0.36 ? 'same-scene' : 'similar');
      }),
    );
  });
});

describe('real photos', () => {
  let folder: string;
  /** Descriptors by file name. */
  const descriptors = new Map<string, Float32Array>();

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'akin-tiers-'));
    const samples = await makeSamples(path.join(folder, 'samples'));
    const model = await readModel(defaultModelFolder());
    const describer = await createDescriber(model, { threads: 2 });
    const { longSide } = model.settings;
    for (const name of readdirSync(samples)) {
      const content = await readFile(path.join(samples, name));
      const { pixels } = await decodePhoto(content, { longSide, name, thumbnail: false });
      descriptors.set(name, (await describer.describe([pixels]))[0]!.descriptor);
    }
    await describer.release();
  }, 180_000);

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function tierBetween(one: string, other: string): string {
    return tierOf(dot(descriptors.get(one)!, descriptors.get(other)!), whole, bands);
  }

  it.each(samplePhotos)('%s is found with every edited copy of it', (name) => {
    const copies = [...descriptors.keys()].filter((other) => other.startsWith(`${name}-`));
    expect(copies.length).toBeGreaterThan(5);
    for (const copy of copies) {
      const tier = tierBetween(`${name}.jpg`, copy);
      expect([copy, order.indexOf(tier)]).toEqual([copy, expect.toBeOneOf([1, 2])]);
      // A crop changes what is on the picture, and a score alone cannot tell it from another shot.
      if (/-(copy|brighter|darker)\./.test(copy)) expect([copy, tier]).toEqual([copy, 'near-duplicate']);
    }
  });

  it('photos that have nothing to do with each other are at most similar', () => {
    for (const one of samplePhotos) {
      for (const other of samplePhotos) {
        if (one === other) continue;
        expect([one, other, tierBetween(`${one}.jpg`, `${other}.jpg`)]).toEqual([one, other, 'similar']);
      }
    }
  });
});
