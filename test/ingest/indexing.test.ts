import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import sharp from 'sharp';
import { createDescriber } from '../../src/descriptor/describe.ts';
import { AkinError } from '../../src/errors.ts';
import { Fixture, picture, putPictures } from './indexing-fixture.ts';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import { blackPng, realPhoto } from './pictures.ts';

let fixture: Fixture;
let folder: string;

beforeEach(() => {
  fixture = new Fixture();
  folder = fixture.addFolder('photos');
});

afterEach(() => {
  fixture.close();
});

const file = (...parts: string[]) => path.join(folder, ...parts);

describe('indexing', () => {
  it('describes every photo once, in batches of one size', async () => {
    await putPictures(file(), 11);
    for (let at = 0; at < 5; at++)
      writeFileSync(file(`tall-${at}.jpg`), await picture(100 + at, { width: 30, height: 60 }));
    const summary = await fixture.run();
    expect(summary).toMatchObject({
      indexed: 16,
      failed: 0,
      unchanged: 0,
      removed: 0,
      cancelled: false,
      error: null,
    });
    expect(summary.photosPerSecond).toBeGreaterThan(0);
    expect(Object.keys(fixture.photos())).toHaveLength(16);
    expect(fixture.describer.described).toBe(16);
    for (const batch of fixture.describer.batches) {
      expect(new Set(batch.map(({ width, height }) => `${width}x${height}`)).size).toBe(1);
      expect(batch.length).toBeLessThanOrEqual(4);
    }
    const told = fixture.changes.flatMap(({ described }) => described.map(({ photoId }) => photoId));
    expect(told.sort((a, b) => a - b)).toEqual(Object.values(fixture.photos()).sort((a, b) => a - b));
  });

  it('a second run touches nothing and needs no model', async () => {
    await putPictures(file(), 5);
    writeFileSync(file('broken.jpg'), 'no picture');
    await fixture.run();
    const before = fixture.photos();
    fixture.changes.length = 0;
    const again = fixture.open({
      describer: async () => {
        throw new Error('not needed');
      },
    });
    expect(await fixture.run(again)).toMatchObject({
      indexed: 0,
      failed: 0,
      unchanged: 6,
      removed: 0,
      error: null,
    });
    expect(fixture.photos()).toEqual(before);
    expect(fixture.changes).toEqual([]);
    expect(fixture.failures()).toEqual({ 'broken.jpg': 'photo-unsupported' });
  });

  it('takes in what is new, changed and deleted', async () => {
    await putPictures(file(), 4);
    await fixture.run();
    const before = fixture.photos();
    writeFileSync(file('new.jpg'), await picture(50));
    writeFileSync(file('1.jpg'), await picture(51));
    rmSync(file('2.jpg'));
    expect(await fixture.run()).toMatchObject({ indexed: 2, unchanged: 2, removed: 1, failed: 0 });
    const after = fixture.photos();
    expect(Object.keys(after).sort()).toEqual(['0.jpg', '1.jpg', '3.jpg', 'new.jpg']);
    expect(after['1.jpg']).toBe(before['1.jpg']);
    expect(fixture.describer.described).toBe(6);
    expect(fixture.changes.flatMap(({ removed }) => removed)).toEqual([before['2.jpg']]);
  });

  it('moved and renamed files keep their photo and its descriptor', async () => {
    const other = fixture.addFolder('other');
    await putPictures(file(), 6);
    await fixture.run();
    const before = fixture.photos();
    mkdirSync(file('album'));
    renameSync(file('0.jpg'), file('album', 'zero.jpg'));
    renameSync(file('1.jpg'), path.join(other, '1.jpg'));
    renameSync(file('2.jpg'), file('two\nlines.jpg'));
    expect(await fixture.run()).toMatchObject({ indexed: 0, moved: 3, removed: 0, unchanged: 3 });
    expect(fixture.photos()).toEqual({
      'album/zero.jpg': before['0.jpg'],
      '1.jpg': before['1.jpg'],
      'two\nlines.jpg': before['2.jpg'],
      '3.jpg': before['3.jpg'],
      '4.jpg': before['4.jpg'],
      '5.jpg': before['5.jpg'],
    });
    expect(fixture.describer.described).toBe(6);
    expect(await fixture.run()).toMatchObject({ unchanged: 6, moved: 0 });
  });

  it('copies reuse the descriptor, also when all are new at once', async () => {
    await putPictures(file(), 2);
    for (let at = 0; at < 9; at++) copyFileSync(file('0.jpg'), file(`copy-${at}.jpg`));
    expect(await fixture.run()).toMatchObject({ indexed: 11, failed: 0 });
    expect(fixture.describer.described).toBe(2);
    copyFileSync(file('1.jpg'), file('late.jpg'));
    expect(await fixture.run()).toMatchObject({ indexed: 1, unchanged: 11 });
    expect(fixture.describer.described).toBe(2);
    expect(new Set(Object.values(fixture.photos())).size).toBe(12);
    const late = fixture.changes.at(-1)?.described[0];
    const original = fixture.changes
      .flatMap(({ described }) => described)
      .find(({ photoId }) => photoId === fixture.photos()['1.jpg']);
    expect(late?.descriptor).toEqual(original?.descriptor);
  });

  it('a file that was only touched is not described again', async () => {
    await putPictures(file(), 3);
    await fixture.run();
    const before = fixture.photos();
    utimesSync(file('0.jpg'), 1, 1);
    expect(await fixture.run()).toMatchObject({ moved: 1, indexed: 0, unchanged: 2 });
    expect(fixture.photos()).toEqual(before);
    expect(fixture.describer.described).toBe(3);
    expect(await fixture.run()).toMatchObject({ unchanged: 3 });
  });

  it('two photos that swapped their names swap their descriptors', async () => {
    await putPictures(file(), 2);
    await fixture.run();
    const descriptorOf = (name: string) =>
      fixture.changes
        .flatMap(({ described }) => described)
        .findLast(({ photoId }) => photoId === fixture.photos()[name])?.descriptor;
    const before = [descriptorOf('0.jpg'), descriptorOf('1.jpg')];
    expect(before[0]).not.toEqual(before[1]);
    renameSync(file('0.jpg'), file('tmp'));
    renameSync(file('1.jpg'), file('0.jpg'));
    renameSync(file('tmp'), file('1.jpg'));
    // Same length and time would hide the change from any scan that does not read every file.
    utimesSync(file('0.jpg'), 1000, 1000);
    utimesSync(file('1.jpg'), 2000, 2000);
    await fixture.run();
    expect([descriptorOf('1.jpg'), descriptorOf('0.jpg')]).toEqual(before);
  });
});

describe('with the model that Akin comes with', () => {
  it('a photo and its copies at other sizes are each nearest to each other', async () => {
    const model = await readModel(defaultModelFolder());
    const describer = await createDescriber(model, { threads: 1 });
    for (const name of ['black-canyon', 'nagasaki-boats', 'march-pastoral']) {
      writeFileSync(file(`${name}.jpg`), realPhoto(name));
      writeFileSync(file(`${name}.webp`), await sharp(realPhoto(name)).resize(400).webp().toBuffer());
    }
    const indexing = fixture.open({ describer: async () => describer, longSide: model.settings.longSide });
    expect(await fixture.run(indexing)).toMatchObject({ indexed: 6, failed: 0 });
    await describer.release();
    const descriptors = new Map(
      fixture.changes.flatMap(({ described }) =>
        described.map(({ photoId, descriptor }) => [photoId, descriptor]),
      ),
    );
    const photos = Object.entries(fixture.photos());
    for (const [name, id] of photos) {
      const scores = photos
        .filter(([, other]) => other !== id)
        .map(([other, otherId]) => ({ other, score: dot(descriptors.get(id), descriptors.get(otherId)) }))
        .sort((a, b) => b.score - a.score);
      expect(path.parse(scores[0]?.other ?? '').name).toBe(path.parse(name).name);
    }
  });
});

function dot(left: Float32Array | undefined, right: Float32Array | undefined): number {
  expect(left?.length).toBeGreaterThan(0);
  expect(left?.length).toBe(right?.length);
  return left?.reduce((sum, value, at) => sum + value * (right?.[at] ?? 0), 0) ?? 0;
}

describe('bad files', () => {
  it('are listed with the reason, and the rest goes on', async () => {
    await putPictures(file(), 3);
    const whole = await picture(77, { width: 600, height: 400 });
    writeFileSync(file('empty.jpg'), '');
    writeFileSync(file('cut.jpg'), whole.subarray(0, whole.length / 2));
    writeFileSync(file('text.jpg'), 'a text');
    writeFileSync(file('bomb.png'), blackPng(30_000, 30_000));
    expect(await fixture.run()).toMatchObject({ indexed: 3, failed: 4, error: null });
    expect(fixture.failures()).toEqual({
      'empty.jpg': 'photo-empty',
      'cut.jpg': 'photo-cut-off',
      'text.jpg': 'photo-unsupported',
      'bomb.png': 'photo-too-large',
    });
    expect(fixture.indexing.progress).toMatchObject({ phase: 'idle', done: 7, total: 7, failed: 4 });
  });

  it('leave the list when they are repaired or deleted', async () => {
    writeFileSync(file('a.jpg'), 'broken');
    writeFileSync(file('b.jpg'), 'broken');
    await fixture.run();
    expect(Object.keys(fixture.failures()).sort()).toEqual(['a.jpg', 'b.jpg']);
    writeFileSync(file('a.jpg'), await picture(1));
    rmSync(file('b.jpg'));
    expect(await fixture.run()).toMatchObject({ indexed: 1, failed: 0 });
    expect(fixture.failures()).toEqual({});
  });

  it('a photo that was damaged since leaves, and is listed', async () => {
    await putPictures(file(), 2);
    await fixture.run();
    const id = fixture.photos()['0.jpg'];
    writeFileSync(file('0.jpg'), 'overwritten');
    expect(await fixture.run()).toMatchObject({ failed: 1, removed: 1 });
    expect(fixture.changes.at(-1)?.removed).toEqual([id]);
    expect(Object.keys(fixture.photos())).toEqual(['1.jpg']);
    expect(fixture.failures()).toEqual({ '0.jpg': 'photo-unsupported' });
  });

  it('a file that grows between scan and reading is left to the next scan', async () => {
    await putPictures(file(), 2);
    const first = fixture.open({ lanes: 1 });
    const begun = new Promise<void>((resolve) =>
      first.on('progress', ({ phase }) => {
        if (phase !== 'indexing') return;
        // The list of files is made, none of them is read.
        appendFileSync(file('0.jpg'), 'still being written');
        appendFileSync(file('1.jpg'), 'still being written');
        resolve();
      }),
    );
    first.start();
    await begun;
    first.removeAllListeners('progress');
    expect(await first.idle()).toMatchObject({ indexed: 0, failed: 0, error: null });
    expect(fixture.photos()).toEqual({});
    expect(await fixture.run()).toMatchObject({ indexed: 2 });
  });
});

describe('folders that are not there', () => {
  it.each(['gone', 'emptied'])('%s: its photos stay, and it is reported', async (how) => {
    const other = fixture.addFolder('other');
    await putPictures(file(), 3);
    await putPictures(other, 2, 40);
    await fixture.run();
    const before = fixture.photos();
    renameSync(folder, `${folder}-away`);
    if (how === 'emptied') mkdirSync(folder);
    rmSync(path.join(other, '0.jpg'));
    expect(await fixture.run()).toMatchObject({ removed: 1, error: null });
    expect(fixture.notices.map(({ code, details }) => [code, details.path])).toEqual([
      ['folder-missing', folder],
    ]);
    expect(fixture.store.states.get(1)).toBe('missing');
    expect(fixture.photos()['2.jpg']).toBe(before['2.jpg']);
    rmSync(folder, { recursive: true, force: true });
    renameSync(`${folder}-away`, folder);
    expect(await fixture.run()).toMatchObject({ indexed: 0, unchanged: 4 });
    expect(fixture.store.states.get(1)).toBe('ready');
    expect(fixture.describer.described).toBe(5);
  });

  it('a folder whose last photo was deleted is not missing', async () => {
    await putPictures(file(), 1);
    writeFileSync(file('notes.txt'), 'still here');
    await fixture.run();
    rmSync(file('0.jpg'));
    expect(await fixture.run()).toMatchObject({ removed: 1 });
    expect(fixture.photos()).toEqual({});
  });
});

describe('pause, cancel and errors', () => {
  it('pauses and resumes', async () => {
    await putPictures(file(), 30);
    const indexing = fixture.open({ lanes: 2, batchLength: 1 });
    const some = new Promise<void>((resolve) => indexing.once('changes', () => resolve()));
    indexing.start();
    await some;
    indexing.pause();
    // What was in work is finished; after that nothing moves.
    let count = -1;
    while (count !== fixture.describer.described) {
      count = fixture.describer.described;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(count).toBeLessThan(30);
    expect(indexing.progress).toMatchObject({ phase: 'paused', rate: 0, etaSeconds: null, total: 30 });
    indexing.resume();
    expect(await indexing.idle()).toMatchObject({ indexed: 30, cancelled: false });
    expect(indexing.progress).toMatchObject({ phase: 'idle', done: 30, total: 30 });
  });

  it.each(['running', 'paused'])(
    'a cancelled run (%s) keeps what it did, and the next one continues',
    async (state) => {
      await putPictures(file(), 30);
      const indexing = fixture.open({ lanes: 2, batchLength: 1 });
      indexing.once('changes', () => {
        if (state === 'paused') indexing.pause();
        indexing.cancel();
      });
      indexing.start();
      const cancelled = await indexing.idle();
      expect(cancelled).toMatchObject({ cancelled: true, error: null });
      expect(cancelled.indexed).toBeGreaterThan(0);
      expect(cancelled.indexed).toBeLessThan(30);
      expect(Object.keys(fixture.photos())).toHaveLength(cancelled.indexed);
      expect(await fixture.run()).toMatchObject({
        indexed: 30 - cancelled.indexed,
        unchanged: cancelled.indexed,
      });
      expect(fixture.describer.described).toBe(30);
    },
  );

  it('a cancelled run deletes nothing that may have moved', async () => {
    await putPictures(file(), 8);
    await fixture.run();
    const before = fixture.photos();
    for (let at = 0; at < 8; at++) renameSync(file(`${at}.jpg`), file(`renamed-${at}.jpg`));
    const indexing = fixture.open({ lanes: 1 });
    indexing.once('changes', () => indexing.cancel());
    indexing.start();
    expect(await indexing.idle()).toMatchObject({ cancelled: true, removed: 0 });
    await fixture.run();
    const after = fixture.photos();
    for (let at = 0; at < 8; at++) expect(after[`renamed-${at}.jpg`]).toBe(before[`${at}.jpg`]);
    expect(fixture.describer.described).toBe(8);
  });

  it('a start during a run is followed by another run', async () => {
    await putPictures(file(), 4);
    fixture.indexing.once('changes', () => {
      copyFileSync(file('0.jpg'), file('late.jpg'));
      fixture.indexing.start();
    });
    await fixture.run();
    expect(Object.keys(fixture.photos())).toHaveLength(5);
  });

  it('an error of the store stops the run, is told once, and loses nothing', async () => {
    await putPictures(file(), 12);
    const write = fixture.store.write.bind(fixture.store);
    let writes = 0;
    fixture.store.write = (outcomes) => {
      if (++writes > 1) throw new AkinError('library-full', { path: 'library' });
      return write(outcomes);
    };
    const summary = await fixture.run();
    expect(summary.error).toMatchObject({ code: 'library-full' });
    expect(fixture.notices.map(({ code }) => code)).toEqual(['library-full']);
    expect(Object.keys(fixture.photos())).toHaveLength(summary.indexed);
    fixture.store.write = write;
    expect(await fixture.run()).toMatchObject({ indexed: 12 - summary.indexed, error: null });
  });

  it('one picture that cannot be described is a failure; a describer that never works stops the run', async () => {
    await putPictures(file(), 8);
    const odd = await picture(99, { width: 48, height: 32 });
    writeFileSync(file('odd.jpg'), odd);
    const describe = fixture.describer.describe.bind(fixture.describer);
    fixture.describer.describe = async (pixels) => {
      if (pixels.some(({ data }) => data[0] === 51 && data[1] === 102)) throw new Error('odd');
      return describe(pixels);
    };
    const summary = await fixture.run();
    expect(summary).toMatchObject({ indexed: 8, failed: 1, error: null });
    expect(fixture.failures()).toEqual({ 'odd.jpg': 'internal' });
    fixture.describer.describe = async () => {
      throw new Error('out of memory');
    };
    await putPictures(file('more'), 8, 200);
    expect((await fixture.run()).error).toMatchObject({ code: 'internal' });
    expect(Object.keys(fixture.failures()).length).toBeLessThan(4);
    // What failed only because nothing could be described is tried again.
    fixture.describer.describe = describe;
    expect(await fixture.run()).toMatchObject({ indexed: 9, failed: 0, error: null });
    expect(fixture.failures()).toEqual({});
  });
});
