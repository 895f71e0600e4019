import path from 'node:path';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ended, objects, run, Scratch, start } from './akin-process.ts';

interface Found {
  photos: string[];
  pairs: number;
  name: string | null;
  cover: string;
  from: number;
  to: number;
  latitude: number | null;
  longitude: number | null;
}

const scratch = new Scratch();
const library = scratch.path('library');
const originals = ['airplane-from-above', 'allium-oreophilum'];
let folder: string;

const akin = (...words: string[]) => run([...words, '--library', library]);

beforeAll(async () => {
  folder = await scratch.photos('photos', originals);
  await akin('add', folder);
});

afterAll(() => scratch.remove());

it('an interrupted search for places says so, and prints none', async () => {
  const child = start(['places', '--library', library, '--json']);
  const end = ended(child);
  const told = new Promise<void>((resolve) => {
    child.stderr!.on('data', (text: string) => {
      if (text.includes('Comparing')) resolve();
    });
  });
  await Promise.race([told, once(child, 'close')]);
  child.kill('SIGINT');
  expect(await end).toMatchObject({ code: 130, results: '' });
});

it('places are the photos that show one thing, largest first', async () => {
  const answer = await akin('places', '--json');
  expect(answer.code).toBe(0);
  const places = objects<Found>(answer);
  const nameOf = (photo: string) => originals.find((name) => path.basename(photo).startsWith(name));
  expect(places.map(({ photos }) => new Set(photos.map(nameOf)).size)).toEqual([1, 1]);
  for (const place of places) {
    expect(place.photos.length).toBeGreaterThanOrEqual(7);
    expect(place.pairs).toBeGreaterThanOrEqual(place.photos.length);
    expect(place.cover).toBe(place.photos[0]);
    expect(place).toMatchObject({ name: null, latitude: null, longitude: null });
    expect(place.from).toBe(place.to);
    // A photo and its copy are in it both.
    const names = place.photos.map((photo) => path.basename(photo));
    const name = nameOf(place.cover)!;
    expect(names).toEqual(expect.arrayContaining([`${name}.jpg`, `${name}-copy.jpg`]));
  }
  const sizes = places.map(({ photos }) => photos.length);
  expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
});

it('are there at once the next time, for people too, and as many as are wanted', async () => {
  const { code, results, progress } = await akin('places', '--top', '1');
  expect(code).toBe(0);
  expect(progress).not.toContain('Comparing');
  const [heading, ...photos] = results.trimEnd().split('\n');
  expect(heading).toBe(`${photos.length} photos · ${heading!.split(' · ')[1]!}`);
  expect(heading).toMatch(/ · \d{4}-\d\d-\d\d$/);
  for (const photo of photos) expect(path.dirname(photo.trim())).toBe(folder);
  expect((await akin('places', '--top', '0')).code).toBe(2);
});
