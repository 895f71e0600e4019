/** Searching in depth on the command line. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Box } from '../../src/api-search.ts';
import { openLibrary } from '../../src/library.ts';
import { objects, original, run, Scratch } from './akin-process.ts';

interface Match {
  path: string;
  score: number;
  tier: string;
  verified?: number;
  box?: Box;
  copies?: string[];
}
interface Answer {
  query: string | string[];
  matches: Match[];
  error?: { code: string; message: string };
}

const scratch = new Scratch();
const library = scratch.path('library');
const trip = scratch.path('trip');
let photos: string;

const akin = (...words: string[]) => run([...words, '--library', library]);
const photo = (name: string) => path.join(photos, name);
const airplane = () => photo('airplane-from-above.jpg');
const allium = () => photo('allium-oreophilum.jpg');

/** The answers of a search that succeeds, and what it told meanwhile. */
async function search(...words: string[]): Promise<{ answers: Answer[]; progress: string }> {
  const found = await akin('search', ...words, '--json');
  expect([found.code, found.progress.match(/error.*/)]).toEqual([0, null]);
  return { answers: objects<Answer>(found), progress: found.progress };
}
const matchesOf = async (...words: string[]) => (await search(...words)).answers[0]!.matches;
const namesOf = (matches: readonly Match[]) => matches.map((match) => path.basename(match.path));

beforeAll(async () => {
  photos = await scratch.photos('photos', ['airplane-from-above', 'allium-oreophilum']);
  mkdirSync(trip);
  const taken = { IFD0: { Model: 'Cat Cam' }, IFD2: { DateTimeOriginal: '2001:02:03 12:00:00' } };
  for (const name of ['cat', 'cat-again'])
    await sharp(original('locomotion-house-cat'))
      .resize(400)
      .withExif(taken)
      .toFile(path.join(trip, `${name}.jpg`));
  await akin('add', photos, trip);
  await akin('index');
  const opened = await openLibrary({ folder: library });
  const idOf = (name: string) => opened.findPhoto(photo(name))!;
  opened.albums.create('Flowers', [idOf('allium-oreophilum-small.webp'), idOf('allium-oreophilum-copy.jpg')]);
  opened.albums.create('Flowers', [idOf('allium-oreophilum-cropped.jpg')]);
  await opened.close();
});

afterAll(() => scratch.remove());

describe('wrong usage', () => {
  it.each([
    [['search', 'x.jpg', '--box', '0,0,1'], /four numbers from 0 to 1/],
    [['search', 'x.jpg', '--box', '0,0,1,'], /four numbers from 0 to 1/],
    [['search', 'x.jpg', '--box', '0,0,1.5,1'], /four numbers from 0 to 1/],
    [['search', 'x.jpg', '--expand', 'more'], /Allowed choices are average, alpha, verified/],
    [['search', 'x.jpg', '--regional', 'all'], /Allowed choices are off, best-pair, sum/],
    [['search', 'x.jpg', '--sort', 'name'], /Allowed choices are score, date/],
    [['search', 'x.jpg', '--tier', 'identical', 'same'], /'same' is invalid. Allowed choices are identical/],
    [['search', 'x.jpg', '--to', '2024-13-01'], /a day, as in 2024-08-31/],
    [['index', '--scales', 'two'], /Allowed choices are one, three/],
  ])('%j ends with code 2 and the help', async (words, message) => {
    const { code, results, progress } = await akin(...words);
    expect(code).toBe(2);
    expect(progress).toMatch(message);
    expect(progress).toMatch(`Usage: akin ${words[0]}`);
    expect(results).toBe('');
  });

  it.each([
    [['--folder', '/nowhere'], 'That folder is not in this library.'],
    [['--album', 'Trees'], 'That album is no longer in the library.'],
  ])('%j names nothing of the library', async (words, message) => {
    const { code, results, progress } = await akin('search', airplane(), ...words);
    expect({ code, results, progress }).toEqual({ code: 1, results: '', progress: `${message}\n` });
  });
});

describe('a box', () => {
  it('searches for a part of each photo', async () => {
    const matches = await matchesOf(airplane(), '--box', '0.2,0.2,0.6,0.6');
    expect(
      namesOf(matches)
        .slice(0, 6)
        .every((name) => name.startsWith('airplane')),
    ).toBe(true);
    for (const { box, tier } of matches) {
      expect(box).toHaveLength(4);
      expect(['same-scene', 'similar']).toContain(tier);
    }
  });

  it('that holds nothing is a clear error', async () => {
    const found = await akin('search', airplane(), '--box', '0.5,0.5,0,0', '--json');
    expect(found.code).toBe(1);
    expect(objects<Answer>(found)).toEqual([
      {
        query: airplane(),
        matches: [],
        error: { code: 'box-empty', message: expect.stringContaining('0.5, 0.5, 0, 0') },
      },
    ]);
  });
});

describe('verification', () => {
  it('proves copies, tells how far it is, and how fast', async () => {
    const { answers, progress } = await search(airplane(), '--verify', '--expand', 'average');
    const { matches } = answers[0]!;
    expect(matches).toHaveLength(19);
    for (const match of matches) {
      const belongs = path.basename(match.path).startsWith('airplane');
      expect(match.verified! >= 12).toBe(belongs);
      if (!belongs) expect(match.verified).toBe(0);
    }
    const scores = matches.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    // Twenty photos whose keypoints are new take longer than it keeps silent.
    expect(progress).toMatch(/^Verifying: \d+ of 19, \d+\.\d photos\/s, \d+ s left$/m);
  });

  it('is part of asking again with what it proves', async () => {
    const matches = await matchesOf(airplane(), '--expand', '--top', '3');
    expect(matches.every(({ verified }) => verified! >= 12)).toBe(true);
  });

  it('is not done unasked', async () => {
    const { answers, progress } = await search(airplane(), '--top', '3');
    expect(answers[0]!.matches.map(({ verified }) => verified)).toEqual([undefined, undefined, undefined]);
    expect(progress).toBe('');
  });

  it('is told to people', async () => {
    const { results } = await akin('search', airplane(), '--verify', '--top', '2', '--collapse');
    const [query, first, ...rest] = results.trimEnd().split('\n');
    expect(query).toBe(airplane());
    expect(first).toMatch(
      /^ {2}\d\.\d{3} {2}identical {6}.*-copy\.jpg {2}\(\d+ points agree, stands for \d more\)$/,
    );
    expect(rest).toHaveLength(1);
  });
});

describe('several photos', () => {
  it('together are one query', async () => {
    const { answers } = await search(airplane(), allium(), '--together');
    expect(answers).toHaveLength(1);
    expect(answers[0]!.query).toEqual([airplane(), allium()]);
    const names = namesOf(answers[0]!.matches);
    expect(names).toHaveLength(18);
    expect(names.slice(-2).sort()).toEqual(['cat-again.jpg', 'cat.jpg']);
  });

  it('that matches should be unlike are none', async () => {
    const names = namesOf(await matchesOf(airplane(), '--unlike', photo('airplane-from-above-copy.jpg')));
    expect(names).toHaveLength(18);
    expect(names).not.toContain('airplane-from-above-copy.jpg');
    const outside = scratch.path('outside.jpg');
    writeFileSync(outside, 'no picture');
    const failed = await akin('search', airplane(), '--unlike', outside, '--json');
    expect(failed.code).toBe(1);
    expect(objects<Answer>(failed)[0]!.error?.code).toBe('photo-unsupported');
  });
});

describe('what is shown', () => {
  it('near-identical matches are one', async () => {
    const all = await matchesOf(airplane());
    const collapsed = await matchesOf(airplane(), '--collapse');
    const shown = collapsed.flatMap((match) => [match.path, ...(match.copies ?? [])]);
    expect(shown.sort()).toEqual(all.map((match) => match.path).sort());
    expect(collapsed.length).toBeLessThan(all.length);
  });

  it('can be in the order of their dates', async () => {
    const names = namesOf(await matchesOf(path.join(trip, 'cat.jpg'), '--sort', 'date', '--top', '19'));
    // Samples of one photo share a date, and the cat is older than all of them.
    expect(names.slice(0, 9).every((name) => name.startsWith('allium'))).toBe(true);
    expect(names.at(-1)).toBe('cat-again.jpg');
  });
});

describe('filters', () => {
  it.each([
    [
      ['--folder', trip, 'PHOTOS', '--camera', 'Cat Cam'],
      ['cat-again.jpg', 'cat.jpg'],
    ],
    [['--from', '2001-02-03', '--to', '2001-02-03'], []],
    [['--not-in-same-folder'], ['cat-again.jpg', 'cat.jpg']],
    [['--format', 'webp', 'png', '--camera', 'unknown', '--from', '2020-01-01'], 4],
    [['--tier', 'identical'], ['airplane-from-above-copy.jpg']],
    [
      ['--album', 'Flowers'],
      ['allium-oreophilum-copy.jpg', 'allium-oreophilum-cropped.jpg', 'allium-oreophilum-small.webp'],
    ],
  ])('%j', async (words, wanted) => {
    const matches = await matchesOf(airplane(), ...words.map((word) => (word === 'PHOTOS' ? photos : word)));
    if (typeof wanted === 'number') expect(matches).toHaveLength(wanted);
    else expect(namesOf(matches).sort()).toEqual(wanted);
  });
});

it('photos are described at three sizes where that is wanted, from then on', async () => {
  const summary = async (...words: string[]) => {
    const { code, results } = await akin('index', '--json', ...words);
    expect(code).toBe(0);
    return JSON.parse(results) as unknown;
  };
  const before = await matchesOf(airplane(), '--top', '5');
  expect(await summary('--scales', 'three')).toMatchObject({ indexed: 20, unchanged: 0, failed: [] });
  expect(await summary()).toMatchObject({ indexed: 0, unchanged: 20 });
  const after = await matchesOf(airplane(), '--top', '5');
  expect(namesOf(after).every((name) => name.startsWith('airplane'))).toBe(true);
  expect(after.map(({ score }) => score)).not.toEqual(before.map(({ score }) => score));
  expect(await summary('--scales', 'one')).toMatchObject({ indexed: 20, unchanged: 0 });
  expect(await matchesOf(airplane(), '--top', '5')).toEqual(before);
});
