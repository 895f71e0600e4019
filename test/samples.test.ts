import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AkinError } from '../src/errors.ts';
import { makeSamples, samplePhotos } from '../src/samples.ts';
import { realPhoto } from './ingest/pictures.ts';
import { smallPhoto } from './library-fixture.ts';

let root: string;
let folder: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'akin-samples-'));
  folder = path.join(root, 'samples');
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Small originals under the names of the first photos, so that tests are quick. */
async function originals(count: number): Promise<string[]> {
  const place = path.join(root, 'originals');
  mkdirSync(place, { recursive: true });
  return Promise.all(
    samplePhotos.slice(0, count).map(async (name) => {
      const file = path.join(place, `${name}.jpg`);
      writeFileSync(file, await smallPhoto(name));
      return file;
    }),
  );
}

const digest = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

describe('the sample photos', () => {
  it('are whole pictures: each original, a copy of it and its edits, on a day of their own', async () => {
    expect(await makeSamples(folder, { originals: await originals(3) })).toBe(folder);
    const names = readdirSync(folder);
    const days = new Set<number>();
    for (const photo of samplePhotos.slice(0, 3)) {
      const group = names.filter((name) => name.startsWith(photo));
      expect(group).toHaveLength(9);
      expect(digest(path.join(folder, `${photo}.jpg`))).toBe(digest(path.join(folder, `${photo}-copy.jpg`)));
      expect(new Set(group.map((name) => digest(path.join(folder, name)))).size).toBe(8);
      for (const name of group) {
        const { width, height } = await sharp(path.join(folder, name))
          .raw()
          .toBuffer({ resolveWithObject: true })
          .then(({ info }) => info);
        expect(Math.min(width, height)).toBeGreaterThan(50);
      }
      const times = new Set(group.map((name) => statSync(path.join(folder, name)).mtimeMs));
      expect(times.size).toBe(1);
      for (const time of times) days.add(time);
    }
    expect(names).toHaveLength(27);
    expect(days.size).toBe(3);
  });

  it('a straightened copy has no empty corners', async () => {
    const white = path.join(root, 'white.jpg');
    writeFileSync(
      white,
      await sharp({ create: { width: 400, height: 300, channels: 3, background: 'white' } })
        .jpeg()
        .toBuffer(),
    );
    await makeSamples(folder, { originals: [white] });
    const [name = ''] = readdirSync(folder).filter((file) => file.includes('straightened'));
    const { channels } = await sharp(path.join(folder, name)).stats();
    for (const { min } of channels) expect(min).toBeGreaterThan(240);
  });

  it('come from the packages that are installed', async () => {
    await makeSamples(folder);
    expect(readdirSync(folder)).toHaveLength(9 * samplePhotos.length);
    for (const name of samplePhotos)
      expect(readFileSync(path.join(folder, `${name}.jpg`)).equals(realPhoto(name))).toBe(true);
  });

  it('are made once: what the user did to them stays', async () => {
    const list = await originals(1);
    await makeSamples(folder, { originals: list });
    const [first = ''] = readdirSync(folder);
    rmSync(path.join(folder, first));
    const before = readdirSync(folder);
    await makeSamples(folder, { originals: list });
    expect(readdirSync(folder)).toEqual(before);
  });

  it('appear all or not at all', async () => {
    const list = await originals(2);
    await expect(makeSamples(folder, { originals: list, signal: AbortSignal.abort() })).rejects.toThrow(
      new AkinError('cancelled'),
    );
    const missing = path.join(root, 'gone.jpg');
    await expect(makeSamples(folder, { originals: [...list, missing] })).rejects.toThrow(
      new AkinError('photo-missing', { path: missing }),
    );
    expect(existsSync(folder)).toBe(false);
    expect(readdirSync(root)).toEqual(['originals']);
    // A run that was killed leaves this behind; the next one begins anew.
    mkdirSync(`${folder}.unfinished`);
    writeFileSync(path.join(`${folder}.unfinished`, 'half.jpg'), 'half');
    await makeSamples(folder, { originals: list });
    expect(readdirSync(folder)).toHaveLength(18);
    expect(existsSync(`${folder}.unfinished`)).toBe(false);
  });

  it('asked for twice at once are made once', async () => {
    const list = await originals(2);
    expect(await Promise.all([1, 2].map(async () => makeSamples(folder, { originals: list })))).toEqual([
      folder,
      folder,
    ]);
    expect(readdirSync(folder)).toHaveLength(18);
  });
});
