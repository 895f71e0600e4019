import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FolderWatch } from '../../src/ingest/watch.ts';

const patience = { timeout: 10_000, interval: 20 };
let root: string;
let rings: string[];
let watch: FolderWatch;

beforeEach(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), 'akin-watch-')));
  rings = [];
  watch = new FolderWatch((folder) => rings.push(folder), { quiet: 50, longest: 400, retry: 100 });
});

afterEach(async () => {
  await watch.close();
  rmSync(root, { recursive: true, force: true });
});

function folder(name: string): string {
  const made = path.join(root, name);
  mkdirSync(made, { recursive: true });
  return made;
}

async function expectRing(wanted: string): Promise<void> {
  await vi.waitFor(() => expect(rings).toContain(wanted), patience);
  rings.length = 0;
}

describe('watch', () => {
  it('asks for a scan of the folder in which a photo appeared, changed or left', async () => {
    const [one, two] = [folder('one'), folder('two/deep')];
    await watch.setFolders([one, path.join(root, 'two')]);
    expect(watch.isWatching(one)).toBe(true);
    writeFileSync(path.join(two, 'a.jpg'), 'x');
    await expectRing(path.join(root, 'two'));
    writeFileSync(path.join(two, 'a.jpg'), 'xy');
    await expectRing(path.join(root, 'two'));
    rmSync(path.join(two, 'a.jpg'));
    await expectRing(path.join(root, 'two'));
    writeFileSync(path.join(one, 'b.jpg'), 'x');
    await expectRing(one);
  });

  it('hears of moved folders, and not of hidden or foreign files', async () => {
    const one = folder('one');
    folder('one/.cache');
    writeFileSync(path.join(one, 'catalog.sqlite-wal'), '1');
    const other = folder('other');
    await watch.setFolders([one, other]);
    writeFileSync(path.join(one, '.cache', 'a.jpg'), 'x');
    writeFileSync(path.join(one, 'catalog.sqlite-wal'), '22');
    // The second folder's ring tells that the first one's events have been heard, too.
    writeFileSync(path.join(other, 'late.jpg'), 'x');
    await vi.waitFor(() => expect(rings).toContain(other), patience);
    expect(rings).not.toContain(one);
    renameSync(other, path.join(one, 'moved'));
    await expectRing(one);
  });

  it('outlives a folder that vanishes, and notices that it is back', async () => {
    const one = folder('one');
    await watch.setFolders([one]);
    renameSync(one, path.join(root, 'away'));
    await expectRing(one);
    await vi.waitFor(() => expect(watch.isWatching(one)).toBe(false), patience);
    renameSync(path.join(root, 'away'), one);
    await expectRing(one);
    await vi.waitFor(() => expect(watch.isWatching(one)).toBe(true), patience);
    writeFileSync(path.join(one, 'a.jpg'), 'x');
    await expectRing(one);
  });

  it('a folder that is not there yet is no error', async () => {
    const late = path.join(root, 'late');
    await watch.setFolders([late]);
    expect(watch.isWatching(late)).toBe(false);
    folder('late');
    await expectRing(late);
    await vi.waitFor(() => expect(watch.isWatching(late)).toBe(true), patience);
  });

  it('is silent about folders no longer wanted', async () => {
    const [one, two] = [folder('one'), folder('two')];
    await watch.setFolders([one, two]);
    await watch.setFolders([two]);
    writeFileSync(path.join(one, 'a.jpg'), 'x');
    writeFileSync(path.join(two, 'a.jpg'), 'x');
    await vi.waitFor(() => expect(rings).toContain(two), patience);
    expect(rings).not.toContain(one);
  });
});
