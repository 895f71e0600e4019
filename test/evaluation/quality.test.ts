import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDataset } from '../../src/evaluation/dataset.ts';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import { samplePhotos } from '../../src/samples.ts';
import { realPhoto } from '../ingest/pictures.ts';
import { evaluate } from './evaluate.ts';
import { referenceQuality } from './reference.ts';

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'akin-quality-'));
  for (const name of samplePhotos) await cutIntoTiles(name);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A folder of nine tiles that share nothing but a photo: hard enough that no descriptor finds them all. */
async function cutIntoTiles(name: string): Promise<void> {
  const content = realPhoto(name);
  const size = await sharp(content).metadata();
  const [width, height] = [Math.floor(size.width / 3), Math.floor(size.height / 3)];
  mkdirSync(path.join(folder, name));
  for (let tile = 0; tile < 9; tile++) {
    await sharp(content)
      .extract({ left: (tile % 3) * width, top: Math.floor(tile / 3) * height, width, height })
      .resize(256, 256, { fit: 'inside' })
      .toFile(path.join(folder, name, `${tile}.png`));
  }
}

describe('akin evaluate', () => {
  it('finds what an independent reference finds, from the root and by a relative path', async () => {
    const results = evaluate(folder);
    expect(results.map(({ variant }) => variant)).toEqual(['gem', 'raw', 'whitened']);
    const reference = await referenceQuality(
      await readDataset(folder),
      await readModel(defaultModelFolder()),
    );
    for (const { protocol, variant, queries, mAP, r1 } of results) {
      expect([protocol, queries]).toEqual(['folders', 72]);
      // Neither chance, which is some 10, nor so good that every way to compute it agrees.
      expect(mAP).toBeGreaterThan(20);
      expect(mAP).toBeLessThan(95);
      expect(Math.abs(mAP - reference[variant].mAP)).toBeLessThanOrEqual(0.1);
      expect(Math.abs(r1 - reference[variant].r1)).toBeLessThanOrEqual(2);
    }
  });
});
