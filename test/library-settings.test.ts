import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { QueryPart, Refinement } from '../src/api-search.ts';
import { Engine } from '../src/engine.ts';
import { LibraryFixture, never } from './library-fixture.ts';

let fixture: LibraryFixture;
beforeEach(() => {
  fixture = new LibraryFixture();
});
afterEach(() => fixture.close());

const refinement: Refinement = {
  regional: 'sum',
  expansion: 'alpha',
  augmentation: true,
  verification: false,
};

describe('settings', () => {
  it('stay, and what is not given stays as it is', async () => {
    await fixture.open();
    const standard = fixture.library.settings();
    expect(standard.scales).toBe('one');
    await fixture.library.set({ refinement });
    expect(fixture.library.settings()).toEqual({ ...standard, refinement });
    await fixture.library.set({ scales: 'three' });
    await fixture.library.set({});
    expect(fixture.library.settings()).toEqual({ refinement, scales: 'three' });
    await fixture.open();
    expect(fixture.library.settings()).toEqual({ refinement, scales: 'three' });
  });

  it('that make no sense are the usual ones, alone', async () => {
    await fixture.open();
    const standard = fixture.library.settings();
    await fixture.library.set({ refinement });
    await fixture.library.close();
    const database = new Database(path.join(fixture.root, 'library', 'catalog.sqlite'));
    const put = database.prepare('INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)');
    put.run('scales', '"seven"');
    await fixture.open();
    expect(fixture.library.settings()).toEqual({ refinement, scales: 'one' });
    await fixture.library.close();
    put.run('refinement', JSON.stringify({ ...refinement, expansion: 'most' }));
    put.run('scales', 'not JSON');
    database.close();
    await fixture.open();
    expect(fixture.library.settings()).toEqual(standard);
  });

  it.each([[{ scales: 'two' }], [{ refinement: { regional: 'sum' } }], [{ sclaes: 'one' }]])(
    '%j is refused, and changes nothing',
    async (settings) => {
      await fixture.open();
      const engine = new Engine(fixture.library, () => undefined);
      const before = await engine.request('settings.get', {}, never);
      await expect(engine.request('settings.set', settings, never)).rejects.toMatchObject({
        code: 'bad-request',
      });
      expect(await engine.request('settings.get', {}, never)).toEqual(before);
    },
  );
});

describe('three sizes', () => {
  it('describe the library anew in the background, while it is searched, and so does one again', async () => {
    await fixture.open({ watch: true });
    await fixture.put('black-canyon', 'nagasaki-boats', 'march-pastoral', 'allium-oreophilum');
    fixture.copy('black-canyon.jpg', 'copy.jpg');
    await fixture.library.addFolder(fixture.photos);
    await fixture.library.index();
    const photoId = fixture.idOf('black-canyon.jpg');
    const find = async (part: QueryPart = { photoId }) => {
      const off = { regional: 'off', expansion: 'off', augmentation: false } as const;
      return (await fixture.library.search.run({ query: [part], refinement: off, limit: 9 }, never)).matches;
    };
    const scores = async () => new Map((await find()).map((match) => [match.photoId, match.score]));
    const one = await scores();
    expect(one.size).toBe(4);

    const settled = async () => {
      const seen = new Set<number>();
      await vi.waitFor(
        async () => {
          // Nothing is missing meanwhile, and the copy stays the first.
          const matches = await find();
          expect(fixture.pathsOf([matches[0]!.photoId])).toEqual(['photos/copy.jpg']);
          expect(matches).toHaveLength(4);
          expect((await find({ photoId, box: [0.2, 0.2, 0.6, 0.6] })).length).toBe(4);
          const { indexed, progress } = fixture.library.status();
          seen.add(indexed);
          expect([indexed, progress.phase]).toEqual([5, 'idle']);
        },
        { timeout: 50_000, interval: 10 },
      );
      return seen;
    };
    await fixture.library.set({ scales: 'three' });
    const seen = await settled();
    expect(Math.min(...seen)).toBeLessThan(5);
    const three = await scores();
    expect([...three.keys()].sort()).toEqual([...one.keys()].sort());
    for (const [other, score] of three) {
      const identical = other === fixture.idOf('copy.jpg');
      expect(Math.abs(score - one.get(other)!) > 1e-3).toBe(!identical);
    }
    await fixture.library.set({ scales: 'one' });
    await settled();
    for (const [other, score] of await scores()) expect(score).toBeCloseTo(one.get(other)!, 5);
    expect(fixture.notices).toEqual([]);
  });
});
