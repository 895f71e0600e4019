import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeRegions } from '../../src/descriptor/quantise.ts';
import { scriptPath } from '../processes/run.ts';
import { CatalogFixture, colourModel, descriptorOf } from './catalog-fixture.ts';
import { picture, putPictures } from './indexing-fixture.ts';

let fixture: CatalogFixture;
let folder: string;
let folderId: number;

beforeEach(() => {
  fixture = new CatalogFixture();
  ({ folder, folderId } = fixture.addFolder('photos'));
});

afterEach(() => {
  fixture.close();
});

const file = (...parts: string[]) => path.join(folder, ...parts);
const hashOf = (content: Uint8Array) => createHash('sha256').update(content).digest();
const idOf = (name: string) => fixture.photos()[file(name)]?.id ?? 0;

/** Every photo there once, with all that its content gives, and nothing of what is not there. */
async function expectComplete(files: readonly string[]): Promise<void> {
  const photos = fixture.photos();
  expect(Object.keys(photos).sort()).toEqual([...files].sort());
  expect(fixture.catalog.photos.count()).toBe(files.length);
  expect(fixture.catalog.descriptors.count(fixture.store.modelId)).toBe(files.length);
  for (const [name, row] of Object.entries(photos)) {
    const content = readFileSync(name);
    expect(row.hash).toEqual(hashOf(content));
    expect(row.size).toBe(content.length);
    expect(fixture.descriptor(row.id)).toEqual(await descriptorOf(content));
    expect(fixture.catalog.thumbnails.get(row.hash)?.subarray(0, 2).toString('hex')).toBe('ffd8');
  }
}

describe('indexing into the catalog', () => {
  it('keeps what a photo gave, over a restart', async () => {
    await putPictures(folder, 5);
    expect(await fixture.run()).toMatchObject({ indexed: 5, failed: 0, error: null });
    fixture.reopen();
    await expectComplete([0, 1, 2, 3, 4].map((at) => file(`${at}.jpg`)));
    expect(fixture.photos()[file('0.jpg')]).toMatchObject({
      width: 48,
      height: 32,
      format: 'jpeg',
      folderId,
    });
    const regions = fixture.catalog.descriptors.regions(idOf('0.jpg'), fixture.store.modelId)!;
    expect(decodeRegions(regions)).toMatchObject({ dimensions: 3, geometry: { height: 1, width: 1 } });
    expect(await fixture.run()).toMatchObject({ indexed: 0, unchanged: 5 });
    expect(fixture.describer.described).toBe(5);
    expect(fixture.catalog.folders.list()).toMatchObject([{ photos: 5, scanned: true, state: 'ready' }]);
  });

  it('moved files keep their id, descriptor and thumbnail, over a restart between', async () => {
    const other = fixture.addFolder('other').folder;
    await putPictures(folder, 3);
    await fixture.run();
    const before = fixture.photos();
    mkdirSync(file('album'));
    renameSync(file('0.jpg'), file('album', 'zero.jpg'));
    renameSync(file('1.jpg'), path.join(other, 'one.jpg'));
    fixture.reopen();
    expect(await fixture.run()).toMatchObject({ moved: 2, indexed: 0, removed: 0, unchanged: 1 });
    expect(fixture.describer.described).toBe(3);
    const after = fixture.photos();
    expect(after[file('album', 'zero.jpg')]?.id).toBe(before[file('0.jpg')]?.id);
    expect(after[path.join(other, 'one.jpg')]?.id).toBe(before[file('1.jpg')]?.id);
    await expectComplete([file('album', 'zero.jpg'), path.join(other, 'one.jpg'), file('2.jpg')]);
  });

  it('copies share a thumbnail, which stays until the last of them is deleted', async () => {
    await putPictures(folder, 1);
    copyFileSync(file('0.jpg'), file('copy.jpg'));
    await fixture.run();
    expect(fixture.describer.described).toBe(1);
    const hash = hashOf(readFileSync(file('0.jpg')));
    for (const name of ['0.jpg', 'copy.jpg']) {
      expect(fixture.catalog.thumbnails.get(hash)).toBeDefined();
      rmSync(file(name));
      writeFileSync(file('note.txt'), 'so that the folder is not empty');
      await fixture.run();
    }
    expect(fixture.catalog.thumbnails.get(hash)).toBeUndefined();
    expect(fixture.photos()).toEqual({});
  });

  it('new content keeps the id, and drops the thumbnail of the old', async () => {
    await putPictures(folder, 2);
    await fixture.run();
    const id = idOf('0.jpg');
    const old = hashOf(readFileSync(file('0.jpg')));
    writeFileSync(file('0.jpg'), await picture(70, { width: 90, height: 20 }));
    expect(await fixture.run()).toMatchObject({ indexed: 1, unchanged: 1 });
    expect(idOf('0.jpg')).toBe(id);
    expect(fixture.photos()[file('0.jpg')]).toMatchObject({ width: 90, height: 20 });
    expect(fixture.catalog.thumbnails.get(old)).toBeUndefined();
    await expectComplete([file('0.jpg'), file('1.jpg')]);
  });

  it('another model describes all anew; ids stay, and so do the old descriptors', async () => {
    await putPictures(folder, 4);
    copyFileSync(file('0.jpg'), file('copy.jpg'));
    await fixture.run();
    const before = fixture.photos();
    const old = fixture.store.modelId;
    fixture.reopen({ ...colourModel, digest: 'another', version: 2, identity: 'another' });
    expect(fixture.catalog.descriptors.count(fixture.store.modelId)).toBe(0);
    expect(await fixture.run()).toMatchObject({ indexed: 5, unchanged: 0, error: null });
    expect(fixture.photos()).toEqual(before);
    expect(fixture.catalog.descriptors.count(old)).toBe(5);
    await expectComplete(Object.keys(before));
  });

  it('one model at other scales can take turns with itself, and all photos are found meanwhile', async () => {
    const count = 40;
    await putPictures(folder, count);
    const other = { ...colourModel, digest: 'another' };
    await fixture.run();
    const first = fixture.store.modelId;
    const all = Object.values(fixture.photos()).map(({ id }) => id);
    fixture.reopen(other);
    const second = fixture.store.modelId;
    fixture.indexing.once('changes', () => fixture.indexing.cancel());
    const { indexed, cancelled } = await fixture.run();
    expect([cancelled, indexed > 0, indexed < count]).toEqual([true, true, true]);
    const { descriptors } = fixture.catalog;
    expect([descriptors.count(first), descriptors.count(second)]).toEqual([count - indexed, indexed]);
    for (const model of [first, second]) {
      const found = descriptors.slice(model, 0, count).descriptors.map(({ photoId }) => photoId);
      expect(found.sort((a, b) => a - b)).toEqual(all.sort((a, b) => a - b));
    }

    fixture.reopen(colourModel);
    expect(fixture.store.modelId).toBe(first);
    expect(await fixture.run()).toMatchObject({ indexed, unchanged: count - indexed });
    expect(fixture.catalog.descriptors.count(second)).toBe(0);
    fixture.reopen(other);
    expect(await fixture.run()).toMatchObject({ indexed: count, unchanged: 0 });
    expect(fixture.catalog.descriptors.count(first)).toBe(0);
    await expectComplete(Object.keys(fixture.photos()));
  });

  it('a photo that cannot be read for now stays, and is listed until it can', async () => {
    await putPictures(folder, 2);
    await fixture.run();
    const content = readFileSync(file('0.jpg'));
    const before = fixture.photos();
    // Larger than Akin reads, and yet nothing on the disk.
    truncateSync(file('0.jpg'), 2 ** 30 + 1);
    expect(await fixture.run()).toMatchObject({ failed: 1, removed: 0 });
    expect(fixture.photos()).toEqual(before);
    expect(fixture.failures()).toEqual({ [file('0.jpg')]: 'photo-unreadable' });
    expect(await fixture.run()).toMatchObject({ failed: 1, unchanged: 1 });
    writeFileSync(file('0.jpg'), content);
    expect(await fixture.run()).toMatchObject({ failed: 0 });
    expect(fixture.failures()).toEqual({});
    truncateSync(file('0.jpg'), 2 ** 30 + 1);
    await fixture.run();
    rmSync(file('0.jpg'));
    expect(await fixture.run()).toMatchObject({ removed: 1 });
    expect([fixture.failures(), Object.keys(fixture.photos())]).toEqual([{}, [file('1.jpg')]]);
  });

  it('a folder removed while its photos are in work comes back with what was written', async () => {
    await putPictures(folder, 12);
    fixture.indexing.once('changes', () => {
      fixture.catalog.decide(() => fixture.catalog.folders.remove(folderId, 1));
    });
    await fixture.run();
    expect(fixture.photos()).toEqual({});
    expect(await fixture.run()).toMatchObject({ indexed: 0, unchanged: 0, removed: 0 });
    fixture.catalog.decide(() => fixture.catalog.folders.restore(folderId));
    await fixture.run();
    expect(fixture.describer.described).toBe(12);
    await expectComplete(Array.from({ length: 12 }, (_, at) => file(`${at}.jpg`)));
  });
});

describe('a run that is killed', () => {
  it('is continued: every photo is there exactly once, and nothing that was written is described again', async () => {
    const count = 40;
    await putPictures(folder, count);
    for (let at = 0; at < 5; at++) copyFileSync(file(`${at}.jpg`), file(`copy-${at}.jpg`));
    writeFileSync(file('broken.jpg'), 'no picture');
    fixture.catalog.close();
    for (const [moment, writes] of Object.entries({ after: 3, within: 4 })) {
      const script = scriptPath('index-until-killed.ts');
      const { signal } = spawnSync(process.execPath, [script, fixture.root, moment, `${writes}`]);
      expect(signal).toBe('SIGKILL');
    }
    fixture = new CatalogFixture(fixture.root);
    const kept = Object.keys(fixture.photos()).length;
    // Seven writes, of two photos each but for copies.
    expect(kept).toBeGreaterThanOrEqual(7);
    expect(kept).toBeLessThanOrEqual(14);
    expect(await fixture.run()).toMatchObject({ indexed: count + 5 - kept, error: null });
    expect(fixture.describer.described).toBeLessThanOrEqual(count + 5 - kept);
    const names = Array.from({ length: count }, (_, at) => file(`${at}.jpg`));
    await expectComplete([...names, ...[0, 1, 2, 3, 4].map((at) => file(`copy-${at}.jpg`))]);
    expect(fixture.failures()).toEqual({ [file('broken.jpg')]: 'photo-unsupported' });
  });
});

describe('whatever happens to the files', () => {
  const names = ['a.jpg', 'b.jpg', 'c/d.jpg', 'two\nlines.jpg', 'e.jpg'];
  const name = fc.constantFrom(...names);
  const step = fc.oneof(
    fc.record({ kind: fc.constant('picture' as const), name, seed: fc.nat(5) }),
    fc.record({ kind: fc.constant('break' as const), name }),
    fc.record({ kind: fc.constant('delete' as const), name }),
    fc.record({ kind: fc.constant('touch' as const), name }),
    fc.record({ kind: fc.constant('move' as const), name, to: name }),
    fc.record({ kind: fc.constant('copy' as const), name, to: name }),
    fc.record({ kind: fc.constant('index' as const) }),
    fc.record({ kind: fc.constant('restart' as const) }),
  );

  it('the catalog holds what is on the disk after the next run', async () => {
    const pictures = await Promise.all(Array.from({ length: 6 }, async (_, seed) => picture(seed + 20)));
    const broken = Buffer.from('no picture');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        fixture.close();
        fixture = new CatalogFixture();
        ({ folder, folderId } = fixture.addFolder('photos'));
        mkdirSync(file('c'));
        const onDisk = new Map<string, Buffer>();
        let clock = 1000;
        // No two writes share a time: what looks the same from outside is not read again.
        const put = (to: string, content: Buffer) => {
          writeFileSync(file(to), content);
          utimesSync(file(to), ++clock, clock);
          onDisk.set(to, content);
        };
        for (const action of steps) {
          if (action.kind === 'index') await fixture.run();
          else if (action.kind === 'restart') fixture.reopen();
          else if (action.kind === 'picture') put(action.name, pictures[action.seed]!);
          else if (action.kind === 'break') put(action.name, broken);
          else {
            const content = onDisk.get(action.name);
            if (!content) continue;
            if (action.kind === 'delete') {
              rmSync(file(action.name));
              onDisk.delete(action.name);
            } else if (action.kind === 'touch') put(action.name, content);
            else if (action.kind === 'copy') put(action.to, content);
            else if (action.to !== action.name) {
              renameSync(file(action.name), file(action.to));
              onDisk.delete(action.name);
              onDisk.set(action.to, content);
            }
          }
        }
        expect(await fixture.run()).toMatchObject({ error: null, cancelled: false });
        const whole = [...onDisk].filter(([, content]) => content !== broken);
        await expectComplete(whole.map(([at]) => file(at)));
        const failed = [...onDisk].filter(([, content]) => content === broken);
        expect(Object.keys(fixture.failures()).sort()).toEqual(failed.map(([at]) => file(at)).sort());
        for (const content of pictures) {
          const used = whole.some(([, other]) => other === content);
          expect(Boolean(fixture.catalog.thumbnails.get(hashOf(content)))).toBe(used);
        }
        expect(await fixture.run()).toMatchObject({
          indexed: 0,
          moved: 0,
          removed: 0,
          unchanged: onDisk.size,
        });
      }),
      { numRuns: 25 },
    );
  });
});
