import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realPhoto } from '../ingest/pictures.ts';
import { ended, objects, run, Scratch, start } from './akin-process.ts';

interface Row {
  protocol: string;
  variant: string;
  queries: number;
  mAP: number;
  r1: number;
  precisionAt: Record<string, number>;
  curve: { recall: number; precision: number }[];
  perGroup: { group: string; queries: number; mAP: number }[];
  pooling: { name: string };
  layer: string;
  dimensions: number;
  longSide: number;
  boxes: boolean;
  perQuery?: { path: string; group: string; averagePrecision: number }[];
}

const scratch = new Scratch();
const things = ['nagasaki-boats', 'black-canyon', 'dust-bowl-home'];
let folders: string;
let oxford: string;

/** Three overlapping parts of each of three photos. */
async function cut(thing: string, to: (part: number) => string): Promise<void> {
  for (let part = 0; part < 3; part++) {
    const file = to(part);
    mkdirSync(path.dirname(file), { recursive: true });
    const picture = sharp(realPhoto(thing)).resize(200, 150, { fit: 'fill' });
    await picture
      .extract({ left: part * 20, top: part * 15, width: 150, height: 110 })
      .png()
      .toFile(file);
  }
}

beforeAll(async () => {
  folders = scratch.path('folders');
  oxford = scratch.path('oxford');
  for (const thing of things) {
    await cut(thing, (part) => path.join(folders, thing, `${part}.png`));
    await cut(thing, (part) => path.join(oxford, 'photos', `${thing}-${part}.png`));
  }
  const groups = Object.fromEntries(
    things.map((thing) => [thing, { good: [`${thing}-0`, `${thing}-1`], ok: [`${thing}-2`], junk: [] }]),
  );
  const queries = things.map((group) => ({ group, image: `${group}-1`, box: [10, 10, 120, 100] }));
  writeFileSync(path.join(oxford, 'truth.json'), JSON.stringify({ groups, queries }));
});

afterAll(() => scratch.remove());

const evaluate = (...words: string[]) => run(['evaluate', ...words]);

describe('evaluate', () => {
  it('measures three descriptors, and tells of each what was measured and how', async () => {
    const plot = scratch.path('plot.svg');
    const done = await evaluate(folders, '--json', '--per-query', '--plot', plot);
    expect(done.code).toBe(0);
    const rows = objects<Row>(done);
    expect(rows.map(({ variant, pooling, dimensions }) => [variant, pooling.name, dimensions])).toEqual([
      ['gem', 'gem', 1280],
      ['raw', 'r-mac', 1280],
      ['whitened', 'r-mac', 512],
    ]);
    for (const row of rows) {
      expect(row).toMatchObject({
        protocol: 'folders',
        queries: 9,
        layer: 'features.18.0',
        longSide: 512,
        boxes: false,
      });
      expect(row.mAP).toBeGreaterThan(50);
      expect(row.mAP).toBeLessThanOrEqual(100);
      expect(row.precisionAt['1']).toBeCloseTo(row.r1, 10);
      expect(row.curve).toHaveLength(21);
      expect(row.perGroup.map(({ group, queries }) => [group, queries])).toEqual(
        [...things].sort().map((thing) => [thing, 3]),
      );
      expect(row.perQuery!.map((query) => path.relative(folders, query.path)).sort()).toEqual(
        things.flatMap((thing) => [0, 1, 2].map((part) => path.join(thing, `${part}.png`))).sort(),
      );
      const mean = row.perQuery!.reduce((sum, query) => sum + query.averagePrecision, 0) / 9;
      expect(mean).toBeCloseTo(row.mAP, 8);
    }
    const drawn = readFileSync(plot, 'utf8');
    for (const words of ['Recall', 'Precision', 'gem 3', 'whitened, r-mac 3']) expect(drawn).toContain(words);
  });

  it('takes any pooling of any layer, and learns their whitening from other photos', async () => {
    const words = ['--layer', 'features.18.0,features.13.sum', '--pooling', 'crow,r-mac', '--levels', '2'];
    const done = await evaluate(
      folders,
      ...words,
      '--no-whole-map',
      '--whiten',
      oxford,
      '--long-side',
      '128',
      '--json',
    );
    expect(done.code).toBe(0);
    const rows = objects<Row>(done);
    const measured = rows.map(({ layer, pooling, variant, dimensions }) => [
      layer,
      pooling.name,
      variant,
      dimensions,
    ]);
    expect(measured).toEqual([
      ['features.18.0', 'crow', 'raw', 1280],
      ['features.18.0', 'crow', 'whitened', 8],
      ['features.18.0', 'r-mac', 'raw', 1280],
      // 8 regions of each of nine photos.
      ['features.18.0', 'r-mac', 'whitened', 71],
      ['features.13.sum', 'crow', 'raw', 96],
      ['features.13.sum', 'crow', 'whitened', 8],
      ['features.13.sum', 'r-mac', 'raw', 96],
      ['features.13.sum', 'r-mac', 'whitened', 71],
    ]);
    expect(rows[2]!.pooling).toEqual({ name: 'r-mac', levels: 2, wholeMap: false });
    expect(rows.every(({ longSide }) => longSide === 128)).toBe(true);
  });

  it('searches with the boxes of the ground truth, or with whole photos', async () => {
    const [boxes, whole] = await Promise.all([
      evaluate(oxford, '--boxes', '--json'),
      evaluate(oxford, '--json'),
    ]);
    expect([boxes.code, whole.code]).toEqual([0, 0]);
    for (const row of objects<Row>(boxes))
      expect(row).toMatchObject({ protocol: 'oxford', queries: 3, boxes: true });
    for (const row of objects<Row>(whole))
      expect(row).toMatchObject({ protocol: 'oxford', queries: 6, boxes: false });
  });

  it('prints a table, and the layers of the trunk', async () => {
    const table = await evaluate(folders, '--pooling', 'mac', '--per-query', '--long-side', '96');
    expect(table.code).toBe(0);
    expect(table.results).toMatch(
      /^protocol +variant +pooling +layer +dimensions +queries +mAP +R@1 +P@5 +P@10\n/,
    );
    expect(table.results).toMatch(/\nfolders +raw +mac +features\.18\.0 +1280 +9 +[\d.]+/);
    expect(table.results).toContain(path.join(folders, things[0]!, '0.png'));
    const layers = await evaluate('--layers');
    expect(layers.results).toMatch(/features\.17\.conv\.2 {2}320 channels, stride 32, values below 0\n/);
    expect(objects(await evaluate('--layers', '--json'))).toContainEqual({
      name: 'features.14.conv.0.0',
      channels: 576,
      stride: 16,
      rectified: true,
    });
  });

  it.each([
    ['no data set', [], 2, /missing required argument/],
    ['a pooling that there is not', ['DATASET', '--pooling', 'max'], 2, /r-mac-concatenated/],
    ['no level', ['DATASET', '--levels', '0'], 2, /whole number from 1 to 8/],
    ['a layer that the trunk has not', ['DATASET', '--layer', 'fc7'], 1, /no layer fc7/],
    ['boxes of a data set that has none', ['DATASET', '--boxes'], 1, /has no boxes/],
    ['another protocol', ['DATASET', '--protocol', 'holidays'], 1, /not a data set/],
    ['a folder that is not there', ['DATASET/none'], 1, /not a data set/],
    ['an empty folder to learn from', ['DATASET', '--whiten', 'DATASET/none'], 1, /none is not there/],
  ])('refuses %s', async (_, words, code, message) => {
    const done = await evaluate(...words.map((word) => word.replace('DATASET', folders)));
    expect(done.progress).toMatch(message);
    expect(done.code).toBe(code);
    expect(done.results).toBe('');
  });

  it('leaves out a photo that cannot be read, unless a query needs it', async () => {
    const copy = scratch.path('broken');
    for (const thing of things) await cut(thing, (part) => path.join(copy, 'photos', `${thing}-${part}.png`));
    const groups = { a: { good: ['black-canyon-0', 'black-canyon-1'], ok: [], junk: [] } };
    writeFileSync(path.join(copy, 'truth.json'), JSON.stringify({ groups }));
    const broken = path.join(copy, 'photos', 'nagasaki-boats-1.png');
    writeFileSync(broken, 'no picture');
    const done = await evaluate(copy, '--json', '--long-side', '96');
    expect(done.progress).toContain(`Left out: The file ${broken} is not a picture`);
    expect(objects<Row>(done)[0]).toMatchObject({ queries: 2 });
    writeFileSync(path.join(copy, 'photos', 'black-canyon-1.png'), 'no picture');
    const failed = await evaluate(copy, '--json', '--long-side', '96');
    expect(failed.progress).toContain('black-canyon-1.png');
    expect([failed.code, failed.results]).toEqual([1, '']);
  });

  it('ends with 130 when it is interrupted', async () => {
    const many = scratch.path('many');
    for (let copy = 0; copy < 40; copy++)
      for (let part = 0; part < 2; part++) {
        const file = path.join(many, `thing-${copy}`, `${part}.jpg`);
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, realPhoto('black-canyon'));
      }
    const child = start(['evaluate', many, '--json']);
    // Progress comes with the first photos.
    child.stderr!.once('data', () => child.kill('SIGINT'));
    const done = await ended(child);
    expect(done.code).toBe(130);
    expect(done.results).toBe('');
    expect(done.progress).toMatch(/Measuring: \d+ of 80[\s\S]*Cancelled\./);
  });
});
