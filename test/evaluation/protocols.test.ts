import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDataset } from '../../src/evaluation/dataset.ts';
import type { Dataset, Protocol } from '../../src/evaluation/dataset.ts';
import type { Query } from '../../src/evaluation/query.ts';
import { measureRetrieval } from '../../src/evaluation/retrieval.ts';
import { pickledTruths, truth } from './ground-truth-pickles.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'akin-protocols-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, content: string | Uint8Array = ''): void {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), content);
}

/** Photos are read by their names alone. */
function touch(...names: string[]): void {
  for (const name of names) write(name);
}

function inWords({ photos }: Dataset, { photo, positives, junk, group, box }: Query) {
  const name = (place: number) => path.relative(folder, photos[place]!);
  const names = (places: ReadonlySet<number>) => [...places].map(name).sort();
  return { photo: name(photo), positives: names(positives), junk: names(junk), group, ...(box && { box }) };
}

async function queries(protocol: Protocol) {
  const dataset = await readDataset(folder);
  expect(dataset.protocol).toBe(protocol);
  expect(await readDataset(folder, protocol)).toEqual(dataset);
  return dataset.queries.map((query) => inWords(dataset, query));
}

async function refuses(reason: RegExp, file = folder): Promise<void> {
  await expect(readDataset(folder)).rejects.toMatchObject({
    code: 'dataset-damaged',
    details: { path: file, reason: expect.stringMatching(reason) as string },
  });
}

/** Descriptors on a circle. */
function atDegrees(...angles: number[]): Float32Array[] {
  return angles.map((angle) =>
    Float32Array.of(Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)),
  );
}

describe('the ground truth of Oxford and Paris', () => {
  beforeEach(() => {
    touch('images/church_1.jpg', 'images/church_2.jpg', 'images/church_3.jpg', 'images/x/tower_1.jpg');
    write('gt/church_1_query.txt', 'oxc1_church_1 136.5 34.1 648.5 955.7\n');
    write('gt/church_1_good.txt', 'church_1\nchurch_2\n');
    write('gt/church_1_ok.txt', 'church_3\r\n\r\n');
    write('gt/church_1_junk.txt', 'tower_1');
  });

  it('keeps the query among its own positives, with its box', async () => {
    expect(await queries('oxford-paris')).toEqual([
      {
        photo: 'images/church_1.jpg',
        positives: ['images/church_1.jpg', 'images/church_2.jpg', 'images/church_3.jpg'],
        junk: ['images/x/tower_1.jpg'],
        group: 'church',
        box: [136.5, 34.1, 648.5, 955.7],
      },
    ]);
  });

  it('is measured with the query in the data base, and without its junk', async () => {
    touch('images/a.jpg', 'images/b.jpg', 'images/c.jpg');
    write('gt/church_1_good.txt', 'b\n');
    write('gt/church_1_ok.txt', 'church_1\nchurch_3\n');
    write('gt/church_1_query.txt', 'b 0 0 1 1');
    // In order: a, b, c, church_1, church_2, church_3, tower_1; from b, so a and c come close.
    const { queries: asked, photos } = await readDataset(folder);
    const scores = [0.9, 1, 0.8, 0.7, 0.6, 0.5, 0.99];
    const descriptors = scores.map((score) => Float32Array.of(score, Math.sqrt(1 - score * score)));
    expect(photos.map((photo) => path.parse(photo).name)).toEqual(
      'a b c church_1 church_2 church_3 tower_1'.split(' '),
    );
    const { mAP } = measureRetrieval(asked, descriptors, [Float32Array.of(1, 0)]);
    // Without the junk tower_1: b, a, c, church_1, church_2, church_3: ranks 0, 3 and 5 of three.
    const expected = (1 + 1) / 6 + (1 / 3 + 2 / 4) / 6 + (2 / 5 + 3 / 6) / 6;
    expect(mAP).toBeCloseTo(100 * expected, 4);
  });

  it.each([
    ['a list is missing', 'gt/church_1_junk.txt', null, /cannot be read \(ENOENT\)/],
    [
      'a list names a photo that is not there',
      'gt/church_1_ok.txt',
      'church_9',
      /church_9, of which there is no photo/,
    ],
    ['a list is no text', 'gt/church_1_ok.txt', Uint8Array.of(0xff, 0xfe, 0xff), /no text/],
  ])('is damaged when %s', async (_, file, content, reason) => {
    if (content === null) rmSync(path.join(folder, file));
    else write(file, content);
    await refuses(reason, path.join(folder, file));
  });

  it.each([
    ['the box has three sides', 'church_1 1 2 3', /four sides/],
    ['a side is no number', 'church_1 1 2 3 x', /no box/],
    ['the box is empty', 'church_1 9 2 9 4', /9 2 9 4 is no box/],
    ['the box lies left of the photo', 'church_1 -9 2 -4 4', /no box/],
    ['the file is empty', '', /four sides/],
    ['the query is not there', 'church_7 1 2 3 4', /church_7/],
  ])('is damaged when %s', async (_, content, reason) => {
    write('gt/church_1_query.txt', content);
    await refuses(reason, path.join(folder, 'gt/church_1_query.txt'));
  });

  it('is damaged when a photo is right and junk, or nothing is right', async () => {
    write('gt/church_1_junk.txt', 'church_3');
    await refuses(/church_3 is both right and junk/, path.join(folder, 'gt/church_1_query.txt'));
    for (const list of ['good', 'ok']) write(`gt/church_1_${list}.txt`, '');
    await refuses(/empty/, path.join(folder, 'gt/church_1_query.txt'));
  });

  it('is damaged when two photos have a name that it uses', async () => {
    touch('images/copy/church_3.jpg');
    await refuses(/church_3, of which there are several/, path.join(folder, 'gt/church_1_ok.txt'));
  });
});

describe('the revisited ground truth', () => {
  const name = (photo: string) => `jpg/${photo}.jpg`;

  beforeEach(() => touch(...[...truth.imlist, ...truth.qimlist, 'not-in-the-list'].map(name)));

  it.each<[string, string | Uint8Array]>([
    ['gnd_roxford5k.json', JSON.stringify(truth)],
    ...Object.values(pickledTruths).map(
      (base64) => ['gnd_roxford5k.pkl', Buffer.from(base64, 'base64')] as [string, Uint8Array],
    ),
  ])('is read from %s', async (file, content) => {
    write(file, content);
    const dataset = await readDataset(folder);
    expect(dataset.protocol).toBe('revisited');
    expect(dataset.photos.map((photo) => path.relative(folder, photo))).toEqual(
      [...truth.imlist, ...truth.qimlist].map(name),
    );
    const [church, tower] = [
      { photo: name('church_000009'), group: 'church', box: [1.5, 2, 30, 40] },
      { photo: name('tower_000009'), group: 'tower', box: [0, 0, 20, 20] },
    ];
    const asked = truth.qimlist.map(name);
    const { easy, medium, hard } = dataset.byDifficulty!;
    expect(easy.map((query) => inWords(dataset, query))).toEqual([
      {
        ...church,
        positives: [name('church_000001'), name('church_000002')],
        junk: [name('church_000003'), asked[0], name('tower_000001'), asked[1]],
      },
      { ...tower, positives: [name('tower_000001')], junk: [asked[0], name('tower_000002'), asked[1]] },
    ]);
    expect(medium.map((query) => inWords(dataset, query))).toEqual([
      {
        ...church,
        positives: [name('church_000001'), name('church_000002'), name('church_000003')],
        junk: [asked[0], name('tower_000001'), asked[1]],
      },
      { ...tower, positives: [name('tower_000001')], junk: [asked[0], name('tower_000002'), asked[1]] },
    ]);
    // A query without positives is not asked.
    expect(hard.map((query) => inWords(dataset, query))).toEqual([
      {
        ...church,
        positives: [name('church_000003')],
        junk: [name('church_000001'), name('church_000002'), asked[0], name('tower_000001'), asked[1]],
      },
    ]);
    expect(dataset.queries).toEqual(medium);
  });

  const broken = (change: (copy: typeof truth) => void) => {
    const copy = structuredClone(truth);
    change(copy);
    return JSON.stringify(copy);
  };

  it.each([
    ['is not JSON', '{', /not JSON/],
    ['has no answers', '{"imlist":[],"qimlist":[]}', /gnd/],
    ['has a query too few', broken((copy) => copy.qimlist.pop()), /1 queries, but answers for 2/],
    ['names a place beyond the list', broken((copy) => copy.gnd[0]!.easy.push(6)), /photo 6 of 6/],
    ['names a place before the list', broken((copy) => copy.gnd[0]!.easy.push(-1)), /gnd\.0\.easy/],
    ['names a photo that is not there', broken((copy) => copy.imlist.push('gone')), /gone, of which/],
    ['has a box of three sides', broken((copy) => copy.gnd[1]!.bbx.pop()), /no box/],
    ['calls a photo hard and junk', broken((copy) => copy.gnd[0]!.junk.push(2)), /church_000003 is both/],
  ])('is damaged when it %s', async (_, content, reason) => {
    write('gnd_roxford5k.json', content);
    await refuses(reason, path.join(folder, 'gnd_roxford5k.json'));
  });

  it('is damaged when the pickle is, or would run something', async () => {
    const file = path.join(folder, 'gnd_rparis6k.pkl');
    write('gnd_rparis6k.pkl', Buffer.from('\x80\x02cos\nsystem\n(X\x02\0\0\0lstR.', 'latin1'));
    await refuses(/os\.system/, file);
    write('gnd_rparis6k.pkl', Buffer.from(pickledTruths['protocol 4']!, 'base64').subarray(0, 99));
    await refuses(/ends early/, file);
  });

  it('must be one', async () => {
    write('gnd_roxford5k.json', JSON.stringify(truth));
    write('gnd_rparis6k.json', JSON.stringify(truth));
    await refuses(/several ground truths/);
  });
});

describe('Holidays', () => {
  it('asks with the first of each group, for the others; other photos distract', async () => {
    touch(
      'jpg/100000.jpg',
      'jpg/100001.jpg',
      'jpg/100002.jpg',
      'jpg/100100.jpg',
      'jpg/100101.jpg',
      'jpg/x.jpg',
    );
    const junk: string[] = [];
    expect(await queries('holidays')).toEqual([
      { photo: 'jpg/100000.jpg', positives: ['jpg/100001.jpg', 'jpg/100002.jpg'], junk, group: '1000' },
      { photo: 'jpg/100100.jpg', positives: ['jpg/100101.jpg'], junk, group: '1001' },
    ]);
    expect((await readDataset(folder)).photos).toHaveLength(6);
  });

  it('takes the query out of its own list', async () => {
    touch('100000.jpg', '100001.jpg', '100100.jpg', '100101.jpg');
    const { queries: asked } = await readDataset(folder);
    // From 100000, 100001 comes first; from 100100, at 15 degrees, 100101 is the last of three.
    const { mAP, perQuery } = measureRetrieval(asked, atDegrees(0, 10, 15, 40));
    expect(perQuery[0]).toBe(100);
    expect(perQuery[1]).toBeCloseTo(100 / 6, 10);
    expect(mAP).toBeCloseTo((100 + 100 / 6) / 2, 10);
  });

  it('is damaged when a group lacks its query, or has nothing else', async () => {
    touch('100000.jpg', '100001.jpg', '100101.jpg');
    await refuses(/the query 100100 is missing/);
    rmSync(path.join(folder, '100101.jpg'));
    touch('100200.jpg');
    await refuses(/100200 has no photo to be found/);
  });
});

describe('UKBench', () => {
  const photo = (number: number) => `full/ukbench${String(number).padStart(5, '0')}.jpg`;

  it('asks with every photo for its four, itself one of them', async () => {
    touch(...[0, 1, 2, 3, 4, 5, 6, 7].map(photo));
    const found = await queries('ukbench');
    expect(found).toHaveLength(8);
    expect(found[5]).toEqual({
      photo: photo(5),
      positives: [4, 5, 6, 7].map(photo),
      junk: [],
      group: 'ukbench00004',
    });
  });

  it('scores how many of the four come first', async () => {
    touch(...[0, 1, 2, 3, 4, 5, 6, 7].map(photo));
    const { queries: asked } = await readDataset(folder);
    // The first four of each: 0123, 1023, 2130, 3241, 4352, 5463, 6574, 7654.
    const { amongFirstFour } = measureRetrieval(asked, atDegrees(0, 1, 2.1, 3.3, 4.6, 6, 7.5, 9.1));
    expect(amongFirstFour).toBe((4 + 4 + 4 + 3 + 2 + 3 + 4 + 4) / 8);
    const groups = Array.from({ length: 8 }, (_, index) =>
      index < 4 ? Float32Array.of(1, 0) : Float32Array.of(0, 1),
    );
    expect(measureRetrieval(asked, groups).amongFirstFour).toBe(4);
  });

  it('is damaged when one of four is missing', async () => {
    touch(...[0, 1, 2, 3, 4, 5, 7].map(photo));
    await refuses(/the group of ukbench00004 has 3 photos/);
  });
});

describe('Copydays', () => {
  beforeEach(() =>
    touch(
      'original/200000.jpg',
      'original/200100.jpg',
      'jpeg/75/200000.jpg',
      'crops/50/200100.jpg',
      'strong/200001.jpg',
      'distractors/flower.jpg',
    ),
  );

  it('asks with every copy for its original, among originals and distractors', async () => {
    const copies = ['crops/50/200100.jpg', 'jpeg/75/200000.jpg', 'strong/200001.jpg'];
    expect(await queries('copydays')).toEqual([
      { photo: copies[0], positives: ['original/200100.jpg'], junk: copies, group: 'crops/50' },
      { photo: copies[1], positives: ['original/200000.jpg'], junk: copies, group: 'jpeg/75' },
      { photo: copies[2], positives: ['original/200000.jpg'], junk: copies, group: 'strong' },
    ]);
  });

  it('is damaged when an original is missing', async () => {
    rmSync(path.join(folder, 'original/200100.jpg'));
    await refuses(/200100 is missing/, path.join(folder, 'crops/50/200100.jpg'));
  });
});

describe('the protocol', () => {
  it('can be forced, since folders of numbered photos may be groups', async () => {
    touch('original/200000.jpg', 'original/200100.jpg', 'strong/200001.jpg', 'strong/200101.jpg');
    expect((await readDataset(folder)).protocol).toBe('copydays');
    const forced = await readDataset(folder, 'folders');
    expect([forced.protocol, forced.queries.length]).toEqual(['folders', 4]);
  });

  it('that is forced must fit', async () => {
    touch('pair/1.jpg', 'pair/2.jpg');
    for (const protocol of [
      'oxford',
      'oxford-paris',
      'revisited',
      'holidays',
      'ukbench',
      'copydays',
    ] as const)
      await expect(readDataset(folder, protocol)).rejects.toMatchObject({ code: 'dataset-unknown' });
  });

  it('of numbered photos in several folders is a folder for each thing', async () => {
    touch('a/000100.jpg', 'a/000101.jpg', 'b/000100.jpg', 'b/000101.jpg');
    expect((await readDataset(folder)).protocol).toBe('folders');
  });
});
