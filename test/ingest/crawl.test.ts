import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asFolderError, crawl } from '../../src/ingest/crawl.ts';
import type { WalkOutcome } from '../../src/ingest/walk.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'akin-crawl-'));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function put(relative: string | Buffer, content = 'x'): void {
  const file = Buffer.concat([Buffer.from(`${root}/`), Buffer.from(relative)]);
  mkdirSync(file.subarray(0, file.lastIndexOf('/')), { recursive: true });
  writeFileSync(file, content);
}

interface Found extends WalkOutcome {
  files: Map<string, { size: number; modified: number }>;
}

async function find(folder = root): Promise<Found> {
  const files: Found['files'] = new Map();
  const outcome = await crawl(Buffer.from(folder).toString('latin1'), ({ paths, sizes, modified }) => {
    expect([sizes.length, modified.length]).toEqual([paths.length, paths.length]);
    paths.forEach((file, at) => files.set(file, { size: sizes[at] ?? -1, modified: modified[at] ?? -1 }));
  });
  return { ...outcome, files };
}

describe('crawl', () => {
  it('finds photos by extension in all sub-folders, with size and time', async () => {
    for (const name of ['a.jpg', 'B.JPEG', 'c/d.png', 'c/e/f.webp', 'c/g.avif', 'h.TIF', 'i.tiff', 'j.gif'])
      put(name, 'four');
    for (const name of ['a.txt', 'jpg', 'c/d.xmp', 'e.jpg.part', '.jpg', 'clip.mov']) put(name);
    const { files, unreadable, empty } = await find();
    expect([...files.keys()].sort()).toEqual(
      ['B.JPEG', 'a.jpg', 'c/d.png', 'c/e/f.webp', 'c/g.avif', 'h.TIF', 'i.tiff', 'j.gif'].sort(),
    );
    expect(unreadable).toEqual([]);
    expect(empty).toBe(false);
    const listed = execFileSync('find', [root, '-name', 'f.webp', '-printf', '%s %T@']).toString().split(' ');
    expect(files.get('c/e/f.webp')?.size).toBe(Number(listed[0]));
    expect(files.get('c/e/f.webp')?.modified).toBeCloseTo(1000 * Number(listed[1]), 1);
  });

  it('leaves hidden folders and junk alone', async () => {
    for (const name of [
      '.thumbnails/a.jpg',
      '@eaDir/a.jpg',
      'c/@eaDir/b.jpg',
      '.hidden.jpg',
      '$RECYCLE.BIN/a.jpg',
    ])
      put(name);
    put('kept/a.jpg');
    expect([...(await find()).files.keys()]).toEqual(['kept/a.jpg']);
  });

  it('finds everything when there is more than one chunk', async () => {
    mkdirSync(path.join(root, 'many'));
    for (let at = 0; at < 9001; at++) writeFileSync(path.join(root, 'many', `${at}.jpg`), '');
    expect((await find()).files.size).toBe(9001);
  });

  it.skipIf(process.platform === 'win32')(
    'keeps names with newlines, and bytes that are not UTF-8',
    async () => {
      const names = [
        Buffer.from('two\nlines.jpg'),
        Buffer.from('gr\xfc\xdfe/\xff\xfe.jpg', 'latin1'),
        Buffer.from('照片/猫.jpg'),
      ];
      for (const name of names) put(name);
      const { files } = await find();
      expect([...files.keys()].sort()).toEqual(names.map((name) => name.toString('latin1')).sort());
    },
  );

  it.skipIf(process.platform === 'win32')('works under a root whose own name is not ASCII', async () => {
    put('Bilder für Oma/a.jpg');
    expect([...(await find(`${root}/Bilder für Oma`)).files.keys()]).toEqual(['a.jpg']);
  });

  it.skipIf(process.platform === 'win32')(
    'does not follow links: loops end, and no photo is there twice',
    async () => {
      put('a/photo.jpg');
      symlinkSync('..', path.join(root, 'a', 'up'));
      symlinkSync(root, path.join(root, 'a', 'self'));
      symlinkSync('photo.jpg', path.join(root, 'a', 'again.jpg'));
      symlinkSync('nowhere', path.join(root, 'broken.jpg'));
      expect([...(await find()).files.keys()]).toEqual(['a/photo.jpg']);
    },
  );

  it.skipIf(process.platform === 'win32')('follows a root that is a link', async () => {
    put('real/photo.jpg');
    symlinkSync('real', path.join(root, 'link'));
    expect([...(await find(`${root}/link`)).files.keys()]).toEqual(['photo.jpg']);
  });

  it('tells an empty folder, which may be a drive that is not mounted', async () => {
    expect(await find()).toMatchObject({ empty: true });
    put('.trash/x');
    expect(await find()).toMatchObject({ empty: false });
  });

  it('a folder that is gone, and a file in its place', async () => {
    await expect(find(`${root}/gone`)).rejects.toMatchObject({
      code: 'folder-missing',
      details: { path: `${root}/gone` },
    });
    put('file');
    await expect(find(`${root}/file`)).rejects.toMatchObject({ code: 'folder-missing' });
  });

  it('stops when cancelled, before and during the walk', async () => {
    const controller = new AbortController();
    for (let at = 0; at < 5000; at++) writeFileSync(path.join(root, `${at}.jpg`), '');
    const crawling = crawl(root, () => controller.abort(), { signal: controller.signal });
    await expect(crawling).rejects.toMatchObject({ code: 'cancelled' });
    await expect(crawl(root, () => undefined, { signal: controller.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it('passes on what the receiver throws', async () => {
    put('a.jpg');
    const crawling = crawl(root, () => {
      throw new Error('receiver');
    });
    await expect(crawling).rejects.toThrow('receiver');
  });

  it.skipIf(process.platform === 'win32')('tells folders that may not be read, and goes on', async () => {
    put('open/a.jpg');
    put('shut/b.jpg');
    put('half/c.jpg');
    chmodSync(path.join(root, 'shut'), 0o000);
    chmodSync(path.join(root, 'half'), 0o444);
    chmodSync(root, 0o755);
    const found = walkAsNobody(root);
    const { code = '' } = walkAsNobody(path.join(root, 'shut'));
    // Whoever runs the tests must be able to clear up.
    for (const name of ['shut', 'half']) chmodSync(path.join(root, name), 0o755);
    expect(found.paths).toEqual(['open/a.jpg']);
    expect(found.unreadable?.sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
      { path: 'half', reason: 'EACCES' },
      { path: 'shut', reason: 'EACCES' },
    ]);
    expect(asFolderError(code, '/shut')).toMatchObject({
      code: 'folder-unreadable',
      details: { path: '/shut' },
    });
  });

  it('a root exchanged in the middle of the walk is missing, not emptied', async () => {
    for (let at = 0; at < 5000; at++) put(`${at % 50}/${at}.jpg`, '');
    const crawling = crawl(root, () => {
      if (existsSync(`${root}-away`)) return;
      renameSync(root, `${root}-away`);
      mkdirSync(root);
    });
    // The worker may have finished before the exchange; then it must have seen everything.
    const outcome = await crawling.then(
      () => 'complete',
      (error: { code: string }) => error.code,
    );
    rmSync(`${root}-away`, { recursive: true, force: true });
    expect(['complete', 'folder-missing']).toContain(outcome);
  });
});

interface Reply extends Partial<WalkOutcome> {
  paths?: string[];
  code?: string;
}

/**
 * Permissions do not bind root: there, the walk runs in a process that has given its rights up, once it has loaded
 * all it needs.
 */
function walkAsNobody(folder: string): Reply {
  const script = `
    const { walk } = await import(${JSON.stringify(new URL('../../src/ingest/walk.ts', import.meta.url).href)});
    if (process.getuid() === 0) { process.setgroups([]); process.setgid(65534); process.setuid(65534); }
    const paths = [];
    let reply;
    try { reply = { paths, ...walk(${JSON.stringify(folder)}, (files) => paths.push(...files.paths)) }; }
    catch (error) { reply = { code: error.code }; }
    process.stdout.write(JSON.stringify(reply));`;
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', script]).toString(),
  ) as Reply;
}
