import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Match, QueryPart, Refinement, SearchParams } from '../src/api-search.ts';
import type { EventData } from '../src/api.ts';
import { realPhoto } from './ingest/pictures.ts';
import { LibraryFixture, never, smallPhoto } from './library-fixture.ts';
import { fillWithCopies } from './library-of-copies.ts';

const plain: Refinement = { regional: 'off', expansion: 'off', augmentation: false, verification: false };
const key = 7;

describe('verification', () => {
  const fixture = new LibraryFixture();
  beforeAll(() => fillWithCopies(fixture));
  afterAll(() => fixture.close());

  const id = (...parts: string[]) => fixture.idOf(...parts);
  const canyon = () => ({ photoId: id('black-canyon.jpg') });
  const boats = () => ({ photoId: id('nagasaki-boats.jpg') });
  type Verified = EventData<'search.verified'>;

  async function verified(
    query: QueryPart[],
    params: Partial<SearchParams> = {},
  ): Promise<{ matches: Match[]; events: Verified[] }> {
    const events: Verified[] = [];
    const listen = (event: Verified) => events.push(event);
    fixture.library.on('verified', listen);
    try {
      const asked = { query, refinement: { ...plain, verification: true }, limit: 50, ...params, key };
      return { matches: (await fixture.library.search.verify(asked, never)).matches, events };
    } finally {
      fixture.library.off('verified', listen);
    }
  }

  it('tells each photo once, proves the copies and ranks by what was found', async () => {
    const asked = { query: [canyon()], refinement: plain, limit: 50 };
    const before = (await fixture.library.search.run(asked, never)).matches;
    const { matches, events } = await verified([canyon()]);
    expect(events.map(({ photoId }) => photoId)).toEqual(before.map(({ photoId }) => photoId));
    expect(events.map(({ done }) => done)).toEqual(before.map((_, at) => at + 1));
    for (const event of events) expect(event).toMatchObject({ key, total: before.length });
    expect(events.at(-1)!.etaSeconds).toBe(0);
    const scores = matches.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    for (const { photoId, verified: points, score } of matches) {
      const event = events.find((one) => one.photoId === photoId)!;
      expect({ points, score }).toEqual({ points: event.verified, score: event.score });
      const belongs = /canyon|both/.test(fixture.pathsOf([photoId])[0]!);
      expect(points! >= 12).toBe(belongs);
      expect(points! > 0).toBe(belongs);
    }
  });

  it('is done for the box alone', async () => {
    const { matches } = await verified([{ photoId: id('both.png'), box: [0.5, 0, 0.5, 1] }]);
    for (const { photoId, verified: points } of matches)
      expect(points! > 0).toBe(fixture.pathsOf([photoId])[0]!.includes('boats'));
  });

  it('is done for the best of several photos, and for pictures', async () => {
    const content = await smallPhoto('black-canyon', 300);
    const { pictureId } = await fixture.library.pictures.open('dropped', content);
    const { matches } = await verified([{ pictureId }, boats()]);
    for (const { photoId, verified: points } of matches)
      expect(points! > 0).toBe(/canyon|boats|both/.test(fixture.pathsOf([photoId])[0]!));
  });

  it('of a photo without keypoints proves nothing, and is no error', async () => {
    const { matches } = await verified([{ photoId: id('grey.png') }]);
    expect(matches).toHaveLength(9);
    expect(matches.map(({ verified: points }) => points)).toEqual(matches.map(() => 0));
  });

  it('is called off by its key, and by another with the same key', async () => {
    const asked = { query: [canyon()], limit: 5, key };
    const { search } = fixture.library;
    const called = search.verify(asked, never);
    fixture.library.once('verified', () => search.cancel(key));
    await expect(called).rejects.toMatchObject({ code: 'cancelled' });
    const [first, second] = await Promise.allSettled([
      search.verify(asked, never),
      search.verify(asked, never),
    ]);
    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'cancelled' } });
    expect(second.status).toBe('fulfilled');
    const aborted = search.verify(asked, AbortSignal.abort());
    await expect(aborted).rejects.toMatchObject({ code: 'cancelled' });
    // One that has ended, or never was, is no error.
    search.cancel(key);
    search.cancel(999);
  });

  it('makes kept features again that were damaged', async () => {
    const before = await verified([canyon()]);
    const database = new Database(path.join(fixture.root, 'library', 'local-features.sqlite'));
    const damaged = database.prepare("UPDATE content SET content = x'0102'").run().changes;
    expect(damaged).toBeGreaterThan(5);
    expect((await verified([canyon()])).matches).toEqual(before.matches);
    const left = database.prepare('SELECT count(*) FROM content WHERE length(content) = 2').pluck();
    expect(left.get()).toBe(0);
    database.close();
  });
});

describe('files that go while they are searched', () => {
  let fixture: LibraryFixture;

  beforeEach(async () => {
    fixture = new LibraryFixture();
    await fixture.open();
    await fixture.put('black-canyon', 'nagasaki-boats');
    const edited = await sharp(realPhoto('black-canyon')).resize(280).webp().toBuffer();
    writeFileSync(fixture.file('edited.webp'), edited);
    fixture.copy('black-canyon.jpg', 'copy.jpg');
    await fixture.library.addFolder(fixture.photos);
    await fixture.library.index();
  });
  afterEach(() => fixture.close());

  const verify = async (name: string) => {
    const refinement = { ...plain, verification: true };
    const asked = { query: [{ photoId: fixture.idOf(name) }], refinement, limit: 9, key };
    const { matches } = await fixture.library.search.verify(asked, never);
    return new Map(
      fixture.pathsOf(matches.map((one) => one.photoId)).map((file, at) => [file, matches[at]!]),
    );
  };

  it('are passed over as results, and are a clear error as the query', async () => {
    rmSync(fixture.file('nagasaki-boats.jpg'));
    const matches = await verify('black-canyon.jpg');
    expect(matches.get('photos/edited.webp')!.verified).toBeGreaterThanOrEqual(12);
    expect(matches.get('photos/nagasaki-boats.jpg')).not.toHaveProperty('verified');
    await expect(verify('nagasaki-boats.jpg')).rejects.toMatchObject({
      code: 'photo-missing',
      details: { path: fixture.file('nagasaki-boats.jpg') },
    });
    // By what is stored, it still finds.
    const { matches: stored } = await fixture.search(fixture.idOf('nagasaki-boats.jpg'), 5);
    expect(stored).toHaveLength(3);
  });

  it('and files that change do not spoil what is kept of their copies', async () => {
    writeFileSync(fixture.file('black-canyon.jpg'), readFileSync(fixture.file('nagasaki-boats.jpg')));
    const changed = await verify('black-canyon.jpg');
    expect(changed.get('photos/nagasaki-boats.jpg')!.verified).toBeGreaterThanOrEqual(12);
    const kept = await verify('copy.jpg');
    expect(kept.get('photos/edited.webp')!.verified).toBeGreaterThanOrEqual(12);
    expect(kept.get('photos/nagasaki-boats.jpg')!.verified).toBe(0);
  });
});

describe('expansion by verified matches', () => {
  const fixture = new LibraryFixture();
  afterAll(() => fixture.close());

  it('brings in what shares nothing with the query but the matches between them', async () => {
    await fixture.open();
    await fixture.put('locomotion-house-cat', 'march-pastoral', 'black-canyon', 'dust-bowl-home');
    const photo = realPhoto('french-alpine-landscape');
    const { width, height } = await sharp(photo).metadata();
    for (const [name, from, to] of [
      ['west', 0, 0.5],
      ['middle', 0.25, 0.75],
      ['east', 0.5, 1],
    ] as const) {
      const part = { left: Math.round(width * from), top: 0, width: Math.round(width * (to - from)), height };
      await sharp(photo)
        .extract(part)
        .toFile(fixture.file(`${name}.png`));
    }
    await fixture.library.addFolder(fixture.photos);
    await fixture.library.index();
    const east = fixture.idOf('east.png');
    const find = async (expansion: Refinement['expansion']) => {
      const refinement = { ...plain, verification: true, expansion };
      const asked = { query: [{ photoId: fixture.idOf('west.png') }], refinement, limit: 9, key };
      const { matches } = await fixture.library.search.verify(asked, never);
      const [first] = matches;
      expect(first).toMatchObject({ photoId: fixture.idOf('middle.png') });
      expect(first!.verified).toBeGreaterThanOrEqual(12);
      const place = matches.findIndex(({ photoId }) => photoId === east);
      return { place, ...matches[place]! };
    };
    const [without, expanded] = [await find('off'), await find('verified')];
    expect(without.verified).toBe(0);
    expect(expanded.score).toBeGreaterThan(without.score + 0.05);
    expect(expanded.place).toBeLessThanOrEqual(without.place);
    // What it is called is told from the query alone.
    expect(expanded.tier).toBe(without.tier);
  });
});
