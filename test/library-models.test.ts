import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trainingSettingsSchema } from '../src/api-training.ts';
import type { ModelsProgress, ModelVersion } from '../src/api-training.ts';
import type { ModelRecord } from '../src/library-model-folders.ts';
import { digestOf } from '../src/model/model-file.ts';
import { headFile } from '../src/model/head-file.ts';
import { defaultModelFolder, readModel, trunkFile } from '../src/model/model-folder.ts';
import { Pictures } from '../src/training/pictures.ts';
import { RegionMaxima } from '../src/training/region-maxima.ts';
import { writeModel } from '../src/training/tuned-model.ts';
import { LibraryFixture, smallPhoto } from './library-fixture.ts';

const names = ['black-canyon', 'nagasaki-boats', 'allium-oreophilum', 'locomotion-house-cat'];
const record: ModelRecord = {
  settings: trainingSettingsSchema.parse({}),
  albums: [{ name: 'Boats', photos: 5 }],
  backend: 'wasm',
  device: 'a processor',
  figures: {
    heldOutAlbums: { queries: 9, before: 50, after: 60, interval: [5, 15] },
    newPhotos: null,
    ownAlbums: null,
    kept: null,
    share: 0.5,
    tuned: { heldOutAlbums: 62, newPhotos: null, kept: null },
    better: true,
    stopped: null,
    seconds: 3,
  },
};

/** A model whose descriptors lie elsewhere: the shipped one with another head. */
async function otherModel(folder: string, factor: number): Promise<string> {
  const shipped = await readModel(defaultModelFolder());
  const head = { ...shipped.head!, shift: shipped.head!.shift.map((value) => value * factor) };
  await writeModel(folder, { ...shipped, head }, 2);
  return folder;
}

/** Similarities of all photos with the boats, by file. */
async function similarities(fixture: LibraryFixture): Promise<Record<string, number>> {
  const { matches } = await fixture.search(fixture.idOf('nagasaki-boats.jpg'), 50);
  const files = fixture.pathsOf(matches.map(({ photoId }) => photoId));
  const entries = files.map((file, at) => [path.basename(file, '.jpg'), matches[at]!.similarity] as const);
  return Object.fromEntries(entries.sort());
}

const versionsOf = (fixture: LibraryFixture) => fixture.library.models.versions;

async function version(fixture: LibraryFixture, id: number): Promise<ModelVersion> {
  return (await versionsOf(fixture).list()).find((one) => one.id === id)!;
}

/** Resolves at the first progress that fits. */
function reached(fixture: LibraryFixture, fits: (progress: ModelsProgress) => boolean): Promise<void> {
  return new Promise((resolve) => {
    fixture.library.on('modelsProgress', (progress) => {
      if (fits(progress)) resolve();
    });
  });
}

async function filled(): Promise<LibraryFixture> {
  const fixture = new LibraryFixture();
  await fixture.open();
  await fixture.put(...names);
  await fixture.library.addFolder(fixture.photos);
  await fixture.library.index();
  return fixture;
}

describe('another model', () => {
  let fixture: LibraryFixture;
  let before: Record<string, number>;
  let after: Record<string, number>;
  let id: number;

  beforeAll(async () => {
    fixture = await filled();
    before = await similarities(fixture);
    const folder = await otherModel(path.join(fixture.root, 'model'), 0.3);
    const own = await filled();
    await own.open({ modelFolder: folder });
    await own.library.index();
    after = await similarities(own);
    await own.close();
    id = (await versionsOf(fixture).adopt(folder, { name: 'Boats', parentId: 0, record })).id;
  });
  afterAll(() => fixture.close());

  it('is a version that describes nothing yet, and keeps how it came about', async () => {
    expect(after).not.toEqual(before);
    expect(await version(fixture, id)).toMatchObject({
      name: 'Boats',
      parentId: 0,
      active: false,
      previous: false,
      record,
      described: 0,
      photos: 4,
    });
    expect(await version(fixture, 0)).toMatchObject({ active: true, described: 4, parentId: null });
  });

  it('takes over at once and as a whole, while searches go on', async () => {
    const phases = new Set<string>();
    fixture.library.on('modelsProgress', ({ phase }) => phases.add(phase));
    await fixture.library.models.use(id);
    const found = [];
    do found.push(await similarities(fixture));
    while (fixture.library.models.progress.phase !== 'idle');
    expect(await fixture.library.models.finished()).toBeNull();
    found.push(await similarities(fixture));
    expect(found[0]).toEqual(before);
    expect(found.at(-1)).toEqual(after);
    const turned = found.findIndex((one) => one['black-canyon'] !== before['black-canyon']);
    expect(found.slice(0, turned).every((one) => JSON.stringify(one) === JSON.stringify(before))).toBe(true);
    expect(found.slice(turned).every((one) => JSON.stringify(one) === JSON.stringify(after))).toBe(true);
    expect(phases).toContain('describing');
    expect(await version(fixture, id)).toMatchObject({ active: true, previous: false, described: 4 });
    expect(await version(fixture, 0)).toMatchObject({ active: false, previous: true, described: 4 });
    expect(fixture.library.status().model).toBe('Boats');
  });

  it('serves when the library is opened again, and gives way to the one before at once', async () => {
    await fixture.open();
    expect(await similarities(fixture)).toEqual(after);
    await fixture.library.models.rollback();
    expect(await similarities(fixture)).toEqual(before);
    await fixture.library.models.rollback();
    expect(await similarities(fixture)).toEqual(after);
    await fixture.library.models.use(0);
    await fixture.library.models.finished();
    expect(await similarities(fixture)).toEqual(before);
  });

  it('is not removed while it is used, and comes back after it was removed', async () => {
    const versions = versionsOf(fixture);
    await fixture.library.models.rollback();
    expect(() => versions.remove(id)).toThrow(expect.objectContaining({ code: 'model-in-use' }));
    await fixture.library.models.rollback();
    versions.remove(id);
    expect((await versions.list()).map((one) => one.id)).toEqual([0]);
    await expect(fixture.library.models.rollback()).rejects.toMatchObject({ code: 'model-no-previous' });
    await expect(fixture.library.models.use(id)).rejects.toMatchObject({ code: 'model-version-unknown' });
    expect(await versions.restore(id)).toMatchObject({ id, name: 'Boats' });
    expect(await versions.rename(id, 'Ships')).toMatchObject({ id, name: 'Ships' });
    await expect(versions.rename(0, 'Mine')).rejects.toMatchObject({ code: 'model-version-unknown' });
  });

  it('is gone for good once it was removed and the library opened again', async () => {
    const folder = await otherModel(path.join(fixture.root, 'third'), 0.7);
    const { id: other } = await versionsOf(fixture).adopt(folder, { name: 'Other', parentId: id, record });
    const models = path.join(fixture.root, 'library', 'models');
    versionsOf(fixture).remove(other);
    // As a crash leaves them.
    mkdirSync(path.join(models, 'unfinished-1'));
    mkdirSync(path.join(models, '99'));
    await fixture.open();
    expect(readdirSync(models)).toEqual([String(id)]);
    await expect(versionsOf(fixture).restore(other)).rejects.toMatchObject({
      code: 'model-version-unknown',
    });
    const again = await versionsOf(fixture).adopt(folder, { name: 'Other', parentId: id, record });
    expect(again.id).toBeGreaterThan(other);
    versionsOf(fixture).remove(again.id);
  });

  it('is exported and imported whole', async () => {
    const target = path.join(fixture.root, 'exported');
    mkdirSync(target);
    const versions = versionsOf(fixture);
    const { path: first } = await versions.export(id, target);
    const { path: second } = await versions.export(id, target);
    expect([first, second].map((one) => path.basename(one))).toEqual(['Ships', 'Ships 2']);
    expect(readdirSync(target).sort()).toEqual(['Ships', 'Ships 2']);
    const imported = await versions.import(first);
    expect(imported).toMatchObject({ name: 'Ships', parentId: 0, record, active: false });
    await fixture.library.models.use(imported.id);
    expect(await fixture.library.models.finished()).toBeNull();
    expect(await similarities(fixture)).toEqual(after);
    await fixture.library.models.use(0);
    await fixture.library.models.finished();
    await expect(versions.export(id, path.join(target, 'nowhere'))).rejects.toMatchObject({
      code: 'file-not-written',
    });
  });

  it.each([
    [trunkFile, 'model-damaged'],
    [headFile, 'model-damaged'],
    ['model.json', 'model-damaged'],
    ['version.json', 'model-damaged'],
  ])('whose %s is damaged is not imported', async (file, code) => {
    const versions = versionsOf(fixture);
    const target = path.join(fixture.root, `damaged-${file}`);
    mkdirSync(target);
    const { path: folder } = await versions.export(id, target);
    writeFileSync(path.join(folder, file), 'nothing');
    const known = await versions.list();
    await expect(versions.import(folder)).rejects.toMatchObject({ code, details: { path: folder } });
    expect(await versions.list()).toEqual(known);
    rmSync(path.join(folder, file));
    if (file === 'version.json') expect(await versions.import(folder)).toMatchObject({ record: null });
  });

  it('is missing in a folder without one', async () => {
    await expect(versionsOf(fixture).import(fixture.photos)).rejects.toMatchObject({ code: 'model-missing' });
    const nowhere = path.join(fixture.root, 'nowhere');
    await expect(versionsOf(fixture).import(nowhere)).rejects.toMatchObject({ code: 'model-missing' });
  });

  it('that got damaged gives way to the one that comes with Akin, and says so', async () => {
    await fixture.library.models.use(id);
    await fixture.library.models.finished();
    appendFileSync(path.join(fixture.root, 'library', 'models', String(id), headFile), 'x');
    await fixture.open();
    fixture.library.tellNotices();
    expect(fixture.notices.at(-1)).toMatchObject({
      code: 'model-version-unusable',
      details: { name: 'Ships' },
    });
    expect(await similarities(fixture)).toEqual(before);
    await expect(fixture.library.models.use(id)).rejects.toMatchObject({ code: 'model-damaged' });
    await fixture.library.models.use(0);
    await fixture.open();
    const told = fixture.notices.length;
    fixture.library.tellNotices();
    expect(fixture.notices).toHaveLength(told);
  });
});

describe('describing', () => {
  let fixture: LibraryFixture;
  let folder: string;
  let id: number;

  beforeAll(async () => {
    fixture = await filled();
    folder = await otherModel(path.join(fixture.root, 'model'), 0.3);
    id = (await versionsOf(fixture).adopt(folder, { name: 'Boats', parentId: 0, record })).id;
  });
  afterAll(() => fixture.close());

  it('that is called off leaves the model in use as it is', async () => {
    const begun = reached(fixture, ({ phase }) => phase === 'describing');
    await fixture.library.models.use(id);
    expect(() => versionsOf(fixture).remove(id)).toThrow(expect.objectContaining({ code: 'model-in-use' }));
    await begun;
    await fixture.library.models.cancel();
    expect(fixture.library.models.progress).toMatchObject({ phase: 'idle', modelId: null });
    expect(versionsOf(fixture).activeId).toBe(0);
    await fixture.open();
    fixture.library.begin();
    await fixture.library.models.finished();
    expect(versionsOf(fixture).activeId).toBe(0);
    await fixture.open();
  });

  it('goes on where it was when the library is opened again', async () => {
    await fixture.library.models.use(id);
    while (fixture.library.models.progress.done === 0) await setImmediate();
    await fixture.open();
    const { described, active } = await version(fixture, id);
    expect(active).toBe(false);
    expect(described).toBeGreaterThan(0);
    expect(described).toBeLessThan(4);
    let least = Infinity;
    fixture.library.on('modelsProgress', ({ phase, done }) => {
      if (phase === 'describing') least = Math.min(least, done);
    });
    fixture.library.begin();
    expect(await fixture.library.models.finished()).toBeNull();
    expect(least).toBeGreaterThanOrEqual(described);
    expect(await version(fixture, id)).toMatchObject({ active: true, described: 4 });
    await fixture.library.models.rollback();
  });

  it('takes in what comes meanwhile, and what cannot be read now', async () => {
    const away = path.join(fixture.root, 'away');
    const there = path.join(fixture.root, 'there');
    mkdirSync(there);
    writeFileSync(path.join(there, 'dune.jpg'), await smallPhoto('dust-bowl-home'));
    await fixture.library.addFolder(there);
    await fixture.library.index();
    renameSync(there, away);
    const { id: other } = await versionsOf(fixture).adopt(
      await otherModel(path.join(fixture.root, 'other'), 0.6),
      { name: 'Other', parentId: 0, record },
    );
    const begun = reached(fixture, ({ phase }) => phase === 'describing');
    await fixture.library.models.use(other);
    await begun;
    await fixture.put('french-alpine-landscape');
    await fixture.library.index();
    expect(await fixture.library.models.finished()).toBeNull();
    expect(versionsOf(fixture).activeId).toBe(other);
    expect(Object.keys(await similarities(fixture))).toEqual(
      ['french-alpine-landscape', 'dune', ...names.filter((name) => name !== 'nagasaki-boats')].sort(),
    );
    // By its thumbnail, as long as there is nothing better.
    expect(await version(fixture, other)).toMatchObject({ described: 5, photos: 6 });
    renameSync(away, there);
    await fixture.library.index();
    expect(await version(fixture, other)).toMatchObject({ described: 6, photos: 6 });
    expect(existsSync(path.join(fixture.root, 'library', 'models', String(other)))).toBe(true);
  });

  it('keeps what the models in use made, and drops the rest', async () => {
    // The first version was in use before the one before: nothing of it is kept.
    expect((await version(fixture, id)).described).toBe(0);
    expect((await version(fixture, 0)).described).toBeGreaterThan(0);
  });
});

describe('a version that differs by its head only', () => {
  const fixture = new LibraryFixture();
  afterAll(() => fixture.close());

  it('describes photos by the region maxima that training kept, without their files', async () => {
    await fixture.open();
    await fixture.put(...names);
    await fixture.library.addFolder(fixture.photos);
    await fixture.library.index();
    const folder = await otherModel(path.join(fixture.root, 'model'), 0.3);
    const photos = names.map((name, at) => {
      const file = fixture.file(`${name}.jpg`);
      return { id: at + 1, path: file, hash: digestOf(readFileSync(file)) };
    });
    const shipped = await readModel(defaultModelFolder());
    const cacheFile = path.join(fixture.root, 'library', 'region-maxima.sqlite');
    const pictures = new Pictures(photos, { longSide: shipped.settings.longSide, limitBytes: 1e8 });
    const maxima = new RegionMaxima(shipped, pictures, { cacheFile });
    await maxima.get(names.map((_, place) => ({ place, view: { scale: 1 } })));
    await maxima.release();

    const own = new LibraryFixture();
    await own.put(...names);
    await own.open({ modelFolder: folder });
    await own.library.addFolder(own.photos);
    await own.library.index();
    const wanted = await similarities(own);
    await own.close();

    const { id } = await versionsOf(fixture).adopt(folder, { name: 'Boats', parentId: 0, record });
    const boats = fixture.idOf('nagasaki-boats.jpg');
    for (const { path: file } of photos) rmSync(file);
    await fixture.library.models.use(id);
    expect(await fixture.library.models.finished()).toBeNull();
    expect(await version(fixture, id)).toMatchObject({ active: true, described: 4 });
    const { matches } = await fixture.search(boats, 50);
    expect(matches).toHaveLength(3);
    for (const { photoId, similarity } of matches) {
      const [file] = fixture.pathsOf([photoId]);
      // Maxima are kept in half precision.
      expect(similarity).toBeCloseTo(wanted[path.basename(file!, '.jpg')]!, 3);
    }
  });
});
