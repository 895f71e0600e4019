import { copyFileSync, existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objects, original, run, Scratch } from './akin-process.ts';
import type { Ended } from './akin-process.ts';

interface Match {
  path: string;
  score: number;
  tier: string;
}
interface Answer {
  query: string;
  matches: Match[];
  error?: { code: string; message: string };
}
interface Row {
  path: string;
  width: number;
  height: number;
  format: string;
  takenAt: number;
}

const scratch = new Scratch();
const library = scratch.path('library');
/** Two originals with eight edited copies each. */
const photoCount = 18;
let photos: string;
let added: Ended;
let indexed: Ended;

const akin = (...words: string[]) => run([...words, '--library', library]);
const photo = (name: string) => path.join(photos, name);

beforeAll(async () => {
  photos = await scratch.photos('My photos', ['airplane-from-above', 'allium-oreophilum']);
  writeFileSync(photo('notes.jpg'), 'not a picture');
  added = await akin('add', photos, '--json');
  indexed = await akin('index', '--json');
});

afterAll(() => scratch.remove());

describe('add', () => {
  it('answers with the folder', () => {
    expect(added.code).toBe(0);
    expect(objects(added)).toEqual([{ id: expect.any(Number), path: photos, photos: 0 }]);
  });

  it('takes a folder that is there already for the same', async () => {
    const again = await akin('add', photos, '--json');
    expect(again.code).toBe(0);
    expect(objects(again)).toEqual([{ ...objects<object>(added)[0], photos: photoCount }]);
  });
});

describe('index', () => {
  it('tells what it did, and what it could not read', () => {
    expect(indexed.code).toBe(0);
    expect(objects(indexed)).toEqual([
      {
        indexed: photoCount,
        unchanged: 0,
        failed: [{ path: photo('notes.jpg'), reason: expect.stringMatching(/\w/) }],
        photosPerSecond: expect.any(Number),
        moved: 0,
        removed: 0,
      },
    ]);
    expect(objects<{ photosPerSecond: number }>(indexed)[0]!.photosPerSecond).toBeGreaterThan(0);
  });

  it('keeps progress apart from results', () => {
    expect(indexed.progress).toMatch(/^Indexing: \d+ of \d+/m);
    expect(indexed.results).not.toContain('Indexing');
  });

  it('passes over what has not changed, unreadable files among it', async () => {
    const again = await akin('index', '--json');
    expect(again.code).toBe(0);
    expect(objects(again)).toMatchObject([{ indexed: 0, unchanged: photoCount + 1, moved: 0, removed: 0 }]);
  });

  it('speaks to people without --json', async () => {
    const { code, results } = await akin('index');
    expect(code).toBe(0);
    expect(results).toMatch(`0 indexed, ${photoCount + 1} unchanged, 0 moved, 0 removed\n`);
    expect(results).toMatch(`Not read: ${photo('notes.jpg')} (`);
  });
});

describe('list', () => {
  it('has every photo once, newest first', async () => {
    const { code, results } = await akin('list', '--json');
    expect(code).toBe(0);
    const rows = objects<Row>({ code, results, progress: '' });
    expect(rows.map((row) => row.path).sort()).toEqual(
      readdirSync(photos)
        .filter((name) => name !== 'notes.jpg')
        .map(photo)
        .sort(),
    );
    const times = rows.map((row) => row.takenAt);
    expect(times).toEqual([...times].sort((one, other) => other - one));
    for (const row of rows) {
      expect(row).toEqual({
        path: expect.any(String),
        width: expect.any(Number),
        height: expect.any(Number),
        format: expect.stringMatching(/^(jpeg|png|webp)$/),
        takenAt: expect.any(Number),
      });
      expect(row.width * row.height).toBeGreaterThan(0);
    }
  });

  it('is a plain list of paths for people', async () => {
    const { results } = await akin('list');
    expect(results.trimEnd().split('\n')).toHaveLength(photoCount);
    expect(results).toContain(`${photo('allium-oreophilum.jpg')}\n`);
  });
});

describe('status', () => {
  it('tells what the library holds', async () => {
    const { code, results } = await akin('status', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(results)).toEqual({
      library,
      photos: photoCount,
      indexed: photoCount,
      failed: 1,
      model: expect.stringMatching(/^mobilenet-v2 \d+$/),
      folders: [{ path: photos, photos: photoCount, state: 'ready' }],
    });
  });

  it('takes the library from AKIN_LIBRARY where no option names one', async () => {
    const { results } = await run(['status'], { env: { AKIN_LIBRARY: library } });
    expect(results).toMatch(new RegExp(`^Library +${library}$`, 'm'));
    expect(results).toMatch(/^Photos +18 \(18 indexed, 1 files not read\)$/m);
    expect(results).toMatch(new RegExp(`^Folder +${photos} \\(18 photos\\)$`, 'm'));
  });
});

describe('search', () => {
  it('puts the edited copies of a photo before everything else, itself left out', async () => {
    const query = photo('airplane-from-above.jpg');
    const found = await akin('search', query, '--json');
    expect(found.code).toBe(0);
    const [answer, ...more] = objects<Answer>(found);
    expect(more).toEqual([]);
    expect(answer!.query).toBe(query);
    const names = answer!.matches.map((match) => path.basename(match.path));
    expect(names).toHaveLength(photoCount - 1);
    expect(names.slice(0, 8).every((name) => name.startsWith('airplane-from-above-'))).toBe(true);
    expect(answer!.matches[0]).toEqual({
      path: photo('airplane-from-above-copy.jpg'),
      score: expect.closeTo(1, 5),
      similarity: expect.closeTo(1, 5),
      tier: 'identical',
      box: [expect.any(Number), expect.any(Number), expect.any(Number), expect.any(Number)],
    });
    const scores = answer!.matches.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((one, other) => other - one));
  });

  it('shows as many as --top says', async () => {
    const { results } = await akin('search', photo('allium-oreophilum.jpg'), '--top', '3');
    const [query, ...matches] = results.trimEnd().split('\n');
    expect(query).toBe(photo('allium-oreophilum.jpg'));
    expect(matches).toHaveLength(3);
    expect(matches[0]).toBe(`  1.000  identical      ${photo('allium-oreophilum-copy.jpg')}`);
  });

  it('answers for a file outside the library, and does not take it in', async () => {
    const outside = scratch.path('elsewhere.jpg');
    copyFileSync(original('allium-oreophilum'), outside);
    const found = await akin('search', outside, '--top', '2', '--json');
    expect(found.code).toBe(0);
    expect(objects<Answer>(found)[0]).toMatchObject({
      query: outside,
      matches: [{ tier: 'identical' }, { tier: 'identical' }],
    });
    const { results } = await akin('status', '--json');
    expect(JSON.parse(results)).toMatchObject({ photos: photoCount, indexed: photoCount });
    expect(existsSync(outside)).toBe(true);
  });

  it('answers every line of a --queries file in its order; one that fails stops no other', async () => {
    const queries = scratch.path('queries.txt');
    const lines = [
      photo('airplane-from-above.jpg'),
      scratch.path('nowhere.jpg'),
      '',
      photo('notes.jpg'),
      photos,
      path.relative(process.cwd(), photo('allium-oreophilum-small.webp')),
    ];
    writeFileSync(queries, lines.join('\r\n'));
    const found = await akin('search', '--queries', queries, '--top', '1', '--json');
    expect(found.code).toBe(1);
    const answers = objects<Answer>(found);
    expect(answers.map(({ query, matches, error }) => [query, matches.length, error?.code])).toEqual([
      [photo('airplane-from-above.jpg'), 1, undefined],
      [scratch.path('nowhere.jpg'), 0, 'photo-missing'],
      [photo('notes.jpg'), 0, 'photo-unsupported'],
      [photos, 0, 'photo-unreadable'],
      [photo('allium-oreophilum-small.webp'), 1, undefined],
    ]);
    expect(found.progress).toContain('3 of 5 queries failed.');
  });

  it('answers for a photo of the library while its drive is away', async () => {
    const query = photo('airplane-from-above-darker.png');
    const away = `${photos} away`;
    renameSync(photos, away);
    try {
      const found = await akin('search', query, '--top', '1', '--json');
      expect(found.code).toBe(0);
      expect(objects<Answer>(found)[0]!.matches).toHaveLength(1);
    } finally {
      renameSync(away, photos);
    }
  });
});
