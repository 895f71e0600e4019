import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { readDataset } from '../../src/evaluation/dataset.ts';
import type { Dataset } from '../../src/evaluation/dataset.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'akin-dataset-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Files with nothing in them: a data set is read by names alone. */
function touch(...names: string[]): void {
  for (const name of names) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), '');
  }
}

function writeTruth(truth: unknown): void {
  writeFileSync(path.join(folder, 'truth.json'), JSON.stringify(truth));
}

/** The queries in words: name of the photo, its positives, its junk. */
function inWords({ photos, queries }: Dataset) {
  const name = (place: number) => path.relative(folder, photos[place]!);
  const names = (places: ReadonlySet<number>) => [...places].map(name).sort();
  return queries.map(({ photo, positives, junk }) => [name(photo), names(positives), names(junk)]);
}

describe('truth.json beside photos/', () => {
  const group = (good: string[], ok: string[] = [], junk: string[] = []) => ({ queries: [], good, ok, junk });

  it('makes every good photo a query, whose positives are the other good ones and the ok ones', async () => {
    touch(
      'photos/a1.jpg',
      'photos/a2.jpg',
      'photos/a3.jpg',
      'photos/b1.png',
      'photos/b2.jpg',
      'photos/x.jpg',
    );
    writeTruth({ groups: { a: group(['a2', 'a1'], ['a3'], ['x']), b: group(['b1'], ['b2']) } });
    const dataset = await readDataset(folder);
    expect(dataset.protocol).toBe('oxford');
    expect(dataset.photos.map((photo) => path.relative(folder, photo))).toEqual(
      ['a1.jpg', 'a2.jpg', 'a3.jpg', 'b1.png', 'b2.jpg', 'x.jpg'].map((name) => path.join('photos', name)),
    );
    expect(inWords(dataset)).toEqual([
      ['photos/a2.jpg', ['photos/a1.jpg', 'photos/a3.jpg'], ['photos/x.jpg']],
      ['photos/a1.jpg', ['photos/a2.jpg', 'photos/a3.jpg'], ['photos/x.jpg']],
      ['photos/b1.png', ['photos/b2.jpg'], []],
    ]);
  });

  it('passes over a query without positives', async () => {
    touch('photos/a1.jpg', 'photos/b1.jpg', 'photos/b2.jpg');
    writeTruth({ groups: { a: group(['a1']), b: group(['b1', 'b2']) } });
    expect(inWords(await readDataset(folder)).map(([photo]) => photo)).toEqual([
      'photos/b1.jpg',
      'photos/b2.jpg',
    ]);
  });

  it('takes names with dots, spaces and characters of any script', async () => {
    const names = ['all souls.000013', 'a\nb', '__proto__', 'châteaü', '照片'];
    touch(...names.map((name) => `photos/${name}.JPG`));
    writeTruth({ groups: { a: group(names.slice(0, 1), names.slice(1)) } });
    const [[photo, positives] = []] = inWords(await readDataset(folder));
    expect(photo).toBe('photos/all souls.000013.JPG');
    expect(positives).toEqual(
      names
        .slice(1)
        .map((name) => `photos/${name}.JPG`)
        .sort(),
    );
  });

  test.each([
    ['is not JSON', 'not json', /not JSON/],
    ['has no groups', '{}', /groups/],
    ['has groups of another kind', '{"groups":{"a":["a1"]}}', /groups\.a/],
    ['lacks the junk', '{"groups":{"a":{"good":["a1"],"ok":["a2"]}}}', /junk/],
    ['names a photo that is not there', '{"groups":{"a":{"good":["a1","a9"],"ok":[],"junk":[]}}}', /a9/],
    [
      'reaches out of photos/',
      '{"groups":{"a":{"good":["a1","../photos/a2"],"ok":[],"junk":[]}}}',
      /\.\.\/photos\/a2/,
    ],
    ['has no query', '{"groups":{"a":{"good":["a1"],"ok":[],"junk":[]}}}', /no good photo/],
    ['has no group', '{"groups":{}}', /no good photo/],
    [
      'calls a photo right and junk',
      '{"groups":{"a":{"good":["a1","a2"],"ok":[],"junk":["a2"]}}}',
      /a2 is both/,
    ],
    [
      'has a box for a group that is not there',
      '{"groups":{"a":{"good":["a1","a2"],"ok":[],"junk":[]}},"queries":[{"group":"b","image":"a1","box":[0,0,1,1]}]}',
      /group b/,
    ],
    [
      'has a box without an area',
      '{"groups":{"a":{"good":["a1","a2"],"ok":[],"junk":[]}},"queries":[{"group":"a","image":"a1","box":[5,0,5,9]}]}',
      /5 0 5 9/,
    ],
  ])('that %s is damaged, and the error says where and why', async (_, truth, reason) => {
    touch('photos/a1.jpg', 'photos/a2.jpg');
    writeFileSync(path.join(folder, 'truth.json'), truth);
    await expect(readDataset(folder)).rejects.toMatchObject({
      code: 'dataset-damaged',
      details: { path: path.join(folder, 'truth.json'), reason: expect.stringMatching(reason) as string },
    });
  });

  it('without photos/ is damaged', async () => {
    writeTruth({ groups: { a: group(['a1', 'a2']) } });
    await expect(readDataset(folder)).rejects.toMatchObject({ code: 'dataset-damaged' });
  });

  it('has queries with boxes too, if it names some', async () => {
    touch('photos/a1.jpg', 'photos/a2.jpg', 'photos/a3.jpg');
    const queries = [{ group: 'a', image: 'a3', box: [1, 2, 30, 40] }];
    writeTruth({ groups: { a: group(['a1', 'a2'], ['a3']) }, queries });
    const { boxQueries } = await readDataset(folder);
    expect(boxQueries).toEqual([
      { photo: 2, positives: new Set([0, 1]), junk: new Set(), group: 'a', box: [1, 2, 30, 40] },
    ]);
  });
});

describe('a folder for each thing', () => {
  it('makes every photo a query, whose positives are the others of its folder', async () => {
    touch('apple/2.jpg', 'apple/1.jpeg', 'apple/3.WEBP', 'pear/1.png', 'pear/2.tif');
    const dataset = await readDataset(folder);
    expect(dataset.protocol).toBe('folders');
    expect(inWords(dataset)).toEqual([
      ['apple/1.jpeg', ['apple/2.jpg', 'apple/3.WEBP'], []],
      ['apple/2.jpg', ['apple/1.jpeg', 'apple/3.WEBP'], []],
      ['apple/3.WEBP', ['apple/1.jpeg', 'apple/2.jpg'], []],
      ['pear/1.png', ['pear/2.tif'], []],
      ['pear/2.tif', ['pear/1.png'], []],
    ]);
  });

  it('keeps a photo that is alone among the results, but asks nothing of it', async () => {
    touch('alone/1.jpg', 'pair/1.jpg', 'pair/2.jpg');
    const dataset = await readDataset(folder);
    expect(dataset.photos).toHaveLength(3);
    expect(dataset.queries).toHaveLength(2);
  });

  it('passes over files that are no photos, and photos beside the folders', async () => {
    touch('licence.txt', 'cover.jpg', 'pair/1.jpg', 'pair/2.jpg', 'pair/notes.txt', 'pair/jpg', 'text/a.md');
    expect((await readDataset(folder)).photos.map((photo) => path.relative(folder, photo))).toEqual([
      path.join('pair', '1.jpg'),
      path.join('pair', '2.jpg'),
    ]);
  });

  it('does not follow links to folders', async () => {
    touch('pair/1.jpg', 'pair/2.jpg');
    symlinkSync(folder, path.join(folder, 'again'));
    expect((await readDataset(folder)).photos).toHaveLength(2);
  });

  it('gives absolute paths for a relative folder', async () => {
    touch('pair/1.jpg', 'pair/2.jpg');
    const { photos } = await readDataset(path.relative(process.cwd(), folder));
    expect(photos).toEqual([path.join(folder, 'pair', '1.jpg'), path.join(folder, 'pair', '2.jpg')]);
  });
});

test.each([
  ['an empty folder', (): string[] => []],
  ['one photo', () => ['a/1.jpg']],
  ['photos without folders', () => ['1.jpg', '2.jpg']],
])('%s is no data set', async (_, files) => {
  touch(...files());
  await expect(readDataset(folder)).rejects.toMatchObject({
    code: 'dataset-unknown',
    message: expect.stringContaining(folder) as string,
  });
});

test('a folder that is not there, and a file, are no data sets', async () => {
  touch('file.jpg');
  for (const name of ['nowhere', 'file.jpg']) {
    await expect(readDataset(path.join(folder, name))).rejects.toMatchObject({ code: 'dataset-unknown' });
  }
});
