import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DuplicatesProgress } from '../src/api-duplicates.ts';
import { signatureMethod } from '../src/duplicates/signature.ts';
import { AkinError } from '../src/errors.ts';
import { LibraryOfEdits } from './library-of-edits.ts';

let library: LibraryOfEdits;

beforeEach(async () => {
  library = new LibraryOfEdits();
  await library.open();
});

afterEach(() => library.close());

/** Two photos, two copies of each, and a photo without any. */
async function fill(): Promise<void> {
  await library.put('canyon.jpg', 'black-canyon');
  await library.put('canyon small.webp', 'black-canyon', (photo) => photo.resize(300));
  await library.put('canyon turned.jpg', 'black-canyon', (photo) => photo.rotate(90));
  await library.put('boats.jpg', 'nagasaki-boats');
  await library.put('boats pale.jpg', 'nagasaki-boats', (photo) => photo.linear(0.8, 40));
  await library.put('boats cut.jpg', 'nagasaki-boats', (photo) =>
    photo.extract({ left: 30, top: 10, width: 340, height: 200 }),
  );
  await library.put('cat.jpg', 'locomotion-house-cat');
  await library.index();
}

const near = 'near-duplicate';
const found = {
  'canyon.jpg': { 'canyon small.webp': near, 'canyon turned.jpg': near },
  'canyon small.webp': { 'canyon turned.jpg': near, 'canyon.jpg': near },
  'boats.jpg': { 'boats cut.jpg': near, 'boats pale.jpg': near },
  'boats cut.jpg': { 'boats pale.jpg': near, 'boats.jpg': near },
  'cat.jpg': {},
};

function expectFound(): void {
  for (const [file, kinds] of Object.entries(found))
    expect([file, library.kindsOf(file)]).toEqual([file, kinds]);
}

describe('the search', () => {
  it('finds copies, compares each with the others, and takes no photo for another', async () => {
    await fill();
    expect(await library.find()).toBeNull();
    expectFound();
    expect(library.changes).toBeGreaterThan(0);
    expect(library.search.progress).toMatchObject({ phase: 'idle' });
  });

  it('knows the same pixels with other metadata, and in another format', async () => {
    await library.put('one.png', 'black-canyon');
    await library.put('other.png', 'black-canyon', (photo) => photo.png({ compressionLevel: 1 }));
    await library.put('exact.webp', 'black-canyon', (photo) => photo.webp({ lossless: true }));
    await library.put('saved.jpg', 'black-canyon', (photo) => photo.jpeg({ quality: 95 }));
    await library.index();
    await library.find();
    expect(library.kindsOf('one.png')).toEqual({
      'exact.webp': 'identical',
      'other.png': 'identical',
      'saved.jpg': near,
    });
    expect(library.catalog.verdicts.get(library.idOf('one.png'), library.idOf('other.png'))).toMatchObject({
      edits: ['same-pixels'],
      certainty: 1,
      overlapA: 1,
      overlapB: 1,
      residual: 0,
    });
  });

  it('makes signatures where there are none, of libraries from before', async () => {
    await fill();
    const { catalog, modelId } = library;
    expect(catalog.signatures.missing(modelId, signatureMethod)).toEqual([]);
    catalog.write(() => catalog.signatures.dropOthers('none of these'));
    expect(catalog.signatures.missing(modelId, signatureMethod)).toHaveLength(7);
    await library.find();
    expect(catalog.signatures.missing(modelId, signatureMethod)).toEqual([]);
    expectFound();
  });

  it('does not compare files with the same content, nor companions', async () => {
    await library.put('a.jpg', 'black-canyon');
    library.write('b.jpg', readFileSync(library.file('a.jpg')));
    await library.put('c.jpg', 'black-canyon', (photo) => photo.resize(300));
    await library.put('c.heif', 'black-canyon', (photo) => photo.avif());
    await library.index();
    await library.find();
    const first = Math.min(library.idOf('a.jpg'), library.idOf('b.jpg'));
    const pair = (other: string) => [first, library.idOf(other)].toSorted((x, y) => x - y).join(' ');
    expect(library.compared()).toEqual([pair('c.jpg'), pair('c.heif')].sort());
  });

  it('does nothing when nothing is new', async () => {
    await fill();
    await library.find();
    const compared = library.compared();
    library.features.read.length = 0;
    const phases: string[] = [];
    library.search.on('progress', ({ phase }) => phases.push(phase));
    await library.find();
    expect(library.features.read).toEqual([]);
    expect(phases).toEqual(['idle']);
    expect(library.compared()).toEqual(compared);
  });

  it('compares only photos that have come, with all that were there', async () => {
    await fill();
    await library.find();
    const before = library.compared();
    await library.put('canyon grey.jpg', 'black-canyon', (photo) => photo.greyscale());
    await library.index();
    await library.find();
    const added = library.compared().filter((pair) => !before.includes(pair));
    const id = String(library.idOf('canyon grey.jpg'));
    expect(added.length).toBeGreaterThan(0);
    expect(added.every((pair) => pair.split(' ').includes(id))).toBe(true);
    expect(library.kindsOf('canyon grey.jpg')).toEqual({
      'canyon small.webp': near,
      'canyon turned.jpg': near,
      'canyon.jpg': near,
    });
  });

  it('looks again at a photo that has become another', async () => {
    await fill();
    await library.find();
    await library.put('cat.jpg', 'black-canyon', (photo) => photo.jpeg({ quality: 50 }));
    await library.index();
    await library.find();
    expect(library.kindsOf('cat.jpg')).toMatchObject({ 'canyon.jpg': near });
  });

  it('seeks the copy of a photo that is gone', async () => {
    await library.put('a.jpg', 'black-canyon');
    library.write('b.jpg', readFileSync(library.file('a.jpg')));
    await library.put('c.jpg', 'black-canyon', (photo) => photo.resize(300));
    await library.index();
    await library.find();
    const [first, second] = ['a.jpg', 'b.jpg'].sort((x, y) => library.idOf(x) - library.idOf(y));
    expect(library.kindsOf(first!)).toEqual({ 'c.jpg': near });
    expect(library.kindsOf(second!)).toEqual({});
    library.catalog.photos.delete(library.idOf(first!));
    await library.find();
    expect(library.kindsOf(second!)).toEqual({ 'c.jpg': near });
  });
});

describe('a search that is disturbed', () => {
  it('goes on where it was killed, and compares nothing twice', async () => {
    await fill();
    let read = 0;
    const broken = new Promise<void>((resolve) => {
      library.features.onRead = () => (++read === 5 ? (resolve(), new Promise(() => undefined)) : undefined);
    });
    library.search.find();
    await broken;
    const before = library.compared();
    await library.crash();
    const put: string[] = [];
    const { verdicts } = library.catalog;
    const original = verdicts.put.bind(verdicts);
    verdicts.put = (verdict) => {
      put.push(`${verdict.a} ${verdict.b}`);
      original(verdict);
    };
    await library.find();
    expectFound();
    expect(put.some((pair) => before.includes(pair))).toBe(false);
    expect(new Set(put).size).toBe(put.length);
    expect([...before, ...put].sort()).toEqual(library.compared());
  });

  it('ends soon when it is cancelled, keeps what it found and goes on with the next one', async () => {
    await fill();
    let read = 0;
    library.features.onRead = () => (++read === 4 ? library.search.cancel() : undefined);
    expect(await library.find()).toBeNull();
    expect(read).toBeLessThan(7);
    expect(library.search.progress.phase).toBe('idle');
    await library.find();
    expectFound();
  });

  it('is cancelled while it looks for candidates', async () => {
    await fill();
    library.search.on('progress', ({ phase }) => {
      if (phase === 'candidates') library.search.cancel();
    });
    expect(await library.find()).toBeNull();
    expect(library.features.read).toEqual([]);
    expect(library.compared()).toEqual([]);
  });

  it('waits while something more urgent goes on', async () => {
    await fill();
    library.busy = true;
    const phases: DuplicatesProgress['phase'][] = [];
    library.search.on('progress', ({ phase }) => {
      if (phases.at(-1) !== phase) phases.push(phase);
    });
    library.search.find();
    while (phases.at(-1) !== 'waiting') await once(library.search, 'progress');
    expect(library.compared()).toEqual([]);
    library.idle();
    await library.search.finished();
    expect(phases).toEqual(['candidates', 'waiting', 'candidates', 'verifying', 'idle']);
    expectFound();
  });

  it('searches once more for what came meanwhile', async () => {
    await fill();
    let isAdded = false;
    library.features.onRead = async () => {
      if (isAdded) return;
      isAdded = true;
      await library.put('cat again.jpg', 'locomotion-house-cat', (photo) => photo.flop());
      await library.index();
      library.search.find();
    };
    await library.find();
    expect(library.kindsOf('cat.jpg')).toEqual({ 'cat again.jpg': near });
  });

  it('leaves photos that vanished for later, and passes over them', async () => {
    await fill();
    const content = readFileSync(library.file('canyon turned.jpg'));
    rmSync(library.file('canyon turned.jpg'));
    expect(await library.find()).toBeNull();
    expect(library.kindsOf('canyon.jpg')).toEqual({ 'canyon small.webp': near });
    expect(library.kindsOf('boats.jpg')).toEqual(found['boats.jpg']);
    library.write('canyon turned.jpg', content);
    await library.find();
    expectFound();
  });

  it('tells of what stopped it, and can be begun anew', async () => {
    await fill();
    const notices: string[] = [];
    library.search.on('notice', ({ code }) => notices.push(code));
    library.features.onRead = () => {
      throw new AkinError('model-missing', { path: 'model' });
    };
    expect(await library.find()).toMatchObject({ code: 'model-missing' });
    expect(notices).toEqual(['model-missing']);
    library.features.onRead = () => undefined;
    expect(await library.find()).toBeNull();
    expectFound();
  });
});
