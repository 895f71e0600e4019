import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { mainRequests, requests } from '../src/api.ts';
import type { Picture, SearchResult } from '../src/api-search.ts';
import type { EngineRequestName, Folder, Timeline } from '../src/api.ts';
import { Engine } from '../src/engine.ts';
import { AkinError } from '../src/errors.ts';
import { breakTable } from './catalog/damage.ts';
import { LibraryFixture, never, smallPhoto } from './library-fixture.ts';

const contract = { ...requests, ...mainRequests };
const names = Object.keys(contract) as EngineRequestName[];
const badRequest = { name: 'AkinError', code: 'bad-request' };

let fixture: LibraryFixture;
let engine: Engine;
let emitted: [name: string, data: unknown][];

async function begin(): Promise<void> {
  fixture = new LibraryFixture();
  await openEngine();
}

async function end(): Promise<void> {
  await fixture.close();
}

async function openEngine(): Promise<void> {
  emitted = [];
  engine = new Engine(await fixture.open(), (name, data) => emitted.push([name, data]));
}

const ask = async (name: string, params: unknown = {}, signal = never) =>
  engine.request(name, params, signal);
const dataOf = (name: string) => emitted.filter(([event]) => event === name).map(([, data]) => data);

async function indexed(): Promise<void> {
  await fixture.library.index();
}

describe('what is asked', () => {
  beforeAll(begin);
  afterAll(end);

  it('must have a name that the contract knows', async () => {
    const others = fc.oneof(
      fc.string(),
      fc.constantFrom('constructor', '__proto__', 'toString', 'library.status ', 'LIBRARY.STATUS', ''),
    );
    await fc.assert(
      fc.asyncProperty(
        others.filter((name) => !(names as string[]).includes(name)),
        async (name) => {
          await expect(ask(name)).rejects.toMatchObject(badRequest);
        },
      ),
    );
  });

  it.each(names)('%s takes nothing but what its schema describes', async (name) => {
    const outside = fc.anything().filter((params) => !contract[name].params.safeParse(params).success);
    await fc.assert(
      fc.asyncProperty(outside, async (params) => {
        await expect(engine.request(name, params, never)).rejects.toMatchObject(badRequest);
      }),
      { numRuns: 30 },
    );
  });

  it.each<[EngineRequestName, unknown]>([
    ['library.status', { more: 1 }],
    ['library.status', null],
    ['folders.remove', { folderId: 0 }],
    ['folders.remove', { folderId: '1' }],
    ['folders.add', { path: '' }],
    ['photos.get', { photoId: 1.5 }],
    ['photos.get', { photoId: Number.NaN }],
    ['photos.timeline', { folderId: 1, more: 1 }],
    ['photos.rendering', { photoId: 1, longSide: 63 }],
    ['photos.rendering', { photoId: 1, longSide: 8193 }],
    ['search.run', { query: [{ photoId: 1 }], limit: 0 }],
    ['search.run', { query: [{ photoId: 1 }], limit: 1001 }],
    ['search.run', { query: [], limit: 1 }],
    ['search.run', { query: [{ photoId: 1, pictureId: 1 }], limit: 1 }],
    ['search.run', { query: [{ photoId: 1, box: [0, 0, 1] }], limit: 1 }],
    ['search.run', { query: [{ photoId: 1, box: [0, 0, 1, 1.5] }], limit: 1 }],
    ['search.run', { query: [{ photoId: 1, box: [0, 0, Number.NaN, 1] }], limit: 1 }],
    ['search.run', { query: [{ photoId: 1 }], filter: { paths: ['/'] }, limit: 1 }],
    ['search.run', { query: [{ photoId: 1 }], refinement: { regional: 'all' }, limit: 1 }],
    ['search.localise', { query: { photoId: 1 }, photoIds: [] }],
    ['albums.create', { name: ' ', photoIds: [1] }],
    ['places.merge', { placeIds: [] }],
    ['pictures.open', { name: 'a', content: 'text' }],
    ['pictures.open', { name: 'a'.repeat(1025), content: new Uint8Array(1) }],
  ])('%s refuses %j', async (name, params) => {
    await expect(ask(name, params)).rejects.toMatchObject(badRequest);
  });

  it('a picture too large to be a query is refused before it is read', async () => {
    // Only its length counts: the pages are never touched.
    const content = new Uint8Array(256 * 1024 * 1024 + 1);
    await expect(ask('pictures.open', { name: 'a', content })).rejects.toMatchObject(badRequest);
  });
});

describe('what is answered', () => {
  beforeEach(begin);
  afterEach(end);

  it('is what the contract says, for every request', async () => {
    await fixture.put('black-canyon');
    fixture.copy('black-canyon.jpg', 'copy.jpg');
    writeFileSync(fixture.file('broken.jpg'), 'no picture');
    const folder = (await ask('folders.add', { path: fixture.photos })) as Folder;
    await indexed();
    const photoId = fixture.idOf('black-canyon.jpg');
    expect(await ask('library.status')).toMatchObject({ photos: 2, indexed: 2, failed: 1, folders: 1 });
    expect(await ask('folders.list')).toEqual([{ ...folder, photos: 2 }]);
    expect(((await ask('photos.timeline')) as Timeline).ids).toHaveLength(2);
    expect(((await ask('photos.timeline', { folderId: folder.id + 1 })) as Timeline).ids).toHaveLength(0);
    expect(await ask('photos.get', { photoId })).toMatchObject({ name: 'black-canyon.jpg', width: 320 });
    expect(await ask('photos.path', { photoId })).toEqual({ path: fixture.file('black-canyon.jpg') });
    expect(await ask('photos.thumbnail', { photoId })).toMatchObject({ type: 'image/jpeg' });
    expect(await ask('photos.rendering', { photoId, longSide: 64 })).toMatchObject({
      type: expect.stringMatching(/^image\//),
    });
    expect(await ask('failures.list')).toMatchObject([{ code: 'photo-unsupported' }]);
    expect(
      ((await ask('search.run', { query: [{ photoId }], limit: 5 })) as SearchResult).matches,
    ).toMatchObject([{ photoId: fixture.idOf('copy.jpg'), tier: 'identical' }]);
    const content = await smallPhoto('black-canyon');
    const { pictureId } = (await ask('pictures.open', { name: 'dropped', content })) as Picture;
    expect(await ask('search.run', { query: [{ pictureId }], limit: 1 })).toMatchObject({
      matches: [{ tier: 'identical' }],
    });
    for (const name of ['start', 'pause', 'resume', 'cancel'])
      expect(await ask(`indexing.${name}`)).toEqual({});
    expect(await ask('folders.remove', { folderId: folder.id })).toEqual({});
    expect(await ask('folders.restore', { folderId: folder.id })).toMatchObject({ id: folder.id, photos: 2 });
    expect(await ask('engine.stop')).toEqual({});
    await expect(ask('samples.add', {}, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });

  it.each<[EngineRequestName, unknown, string]>([
    ['photos.get', { photoId: 9 }, 'photo-unknown'],
    ['photos.path', { photoId: 9 }, 'photo-unknown'],
    ['photos.thumbnail', { photoId: 9 }, 'photo-unknown'],
    ['photos.rendering', { photoId: 9, longSide: 64 }, 'photo-unknown'],
    ['search.run', { query: [{ photoId: 9 }], limit: 5 }, 'photo-unknown'],
    ['search.run', { query: [{ pictureId: 9 }], limit: 5 }, 'picture-forgotten'],
    ['search.evidence', { query: { photoId: 9 }, photoId: 8 }, 'photo-unknown'],
    ['albums.photos', { albumId: 9 }, 'album-unknown'],
    ['albums.restore', { albumId: 9 }, 'album-unknown'],
    ['places.photos', { placeId: 9 }, 'place-unknown'],
    ['folders.remove', { folderId: 9 }, 'folder-unknown'],
    ['folders.restore', { folderId: 9 }, 'folder-unknown'],
    ['folders.add', { path: '/is/not/there' }, 'folder-missing'],
  ])('%s of what is not there: %j gives %s', async (name, params, code) => {
    await expect(ask(name, params)).rejects.toMatchObject({ name: 'AkinError', code });
  });

  it('a catalog found damaged is told as that, and set aside at the next start', async () => {
    await fixture.put('black-canyon');
    await ask('folders.add', { path: fixture.photos });
    await indexed();
    const photoId = fixture.idOf('black-canyon.jpg');
    await fixture.library.close();
    breakTable(path.join(fixture.root, 'library', 'catalog.sqlite'), 'descriptor');
    await openEngine();
    const unsound = new AkinError('catalog-unsound', { path: path.join(fixture.root, 'library') });
    await expect(ask('search.run', { query: [{ photoId }], limit: 5 })).rejects.toEqual(unsound);
    expect(await ask('photos.get', { photoId })).toMatchObject({ name: 'black-canyon.jpg' });
    engine.begin();
    await vi.waitFor(() =>
      expect(dataOf('library.notice')).toContainEqual({ code: unsound.code, details: unsound.details }),
    );
    await openEngine();
    engine.begin();
    expect(dataOf('library.notice')).toMatchObject([{ code: 'catalog-damaged' }]);
    expect(await ask('folders.list')).toEqual([]);
  });
});

describe('what is told', () => {
  beforeEach(begin);
  afterEach(end);

  it('progress from the scan to the end, and what changed', async () => {
    await fixture.put('black-canyon', 'nagasaki-boats');
    writeFileSync(fixture.file('broken.jpg'), 'no picture');
    await ask('folders.add', { path: fixture.photos });
    expect(dataOf('library.changed')).toEqual([{ photos: 0 }]);
    engine.begin();
    await indexed();
    const progress = dataOf('indexing.progress') as { phase: string; done: number; total: number }[];
    expect(progress.map(({ phase }) => phase).filter((phase, at, all) => phase !== all[at - 1])).toEqual([
      'scanning',
      'indexing',
      'idle',
      // `begin` and `index` each asked for a run; the second finds nothing to do.
      'scanning',
      'idle',
    ]);
    const first = progress.slice(0, progress.findIndex(({ phase }) => phase === 'idle') + 1);
    expect(first.at(-1)).toMatchObject({ done: 3, total: 3, failed: 1 });
    for (const { done, total, phase } of first)
      if (phase === 'indexing') expect(done).toBeLessThanOrEqual(total);
    expect(dataOf('library.changed').at(-1)).toEqual({ photos: 2 });
  });

  it('a folder that is gone', async () => {
    await ask('folders.add', { path: fixture.photos });
    rmSync(fixture.photos, { recursive: true });
    await indexed();
    expect(dataOf('library.notice')).toEqual([{ code: 'folder-missing', details: { path: fixture.photos } }]);
  });
});
