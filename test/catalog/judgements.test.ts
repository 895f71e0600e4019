import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCatalog } from '../../src/catalog/catalog.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { facts, place, putPhoto } from './rows.ts';

describe('judgements', () => {
  let root: string;
  let catalog: Catalog;
  let folderId: number;

  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'akin-judgements-'));
    catalog = openCatalog(root).catalog;
    folderId = catalog.folders.add('/photos');
  });
  afterEach(() => {
    catalog.close();
    rmSync(root, { recursive: true, force: true });
  });

  const put = (name: string, folder = folderId) => putPhoto(catalog, folder, name);

  it('are about a pair, whatever its order, and the last one holds', () => {
    const { judgements } = catalog;
    const [a, b, c] = [put('a.jpg'), put('b.jpg'), put('c.jpg')];
    expect(judgements.set(b, a, true)).toBe(true);
    expect(judgements.set(b, c, false)).toBe(true);
    expect(judgements.list()).toEqual([
      { a, b, same: true },
      { a: b, b: c, same: false },
    ]);
    expect(judgements.of(b)).toEqual([
      { photoId: a, same: true },
      { photoId: c, same: false },
    ]);
    judgements.set(a, b, false);
    expect(judgements.of(a)).toEqual([{ photoId: b, same: false }]);
    expect(judgements.takeBack(c, b)).toBe(true);
    expect(judgements.takeBack(c, b)).toBe(false);
    expect(judgements.of(c)).toEqual([]);
  });

  it('are of two photos that are there', () => {
    const { judgements } = catalog;
    const a = put('a.jpg');
    expect(judgements.set(a, a + 9, true)).toBe(false);
    expect(() => judgements.set(a, a, true)).toThrow(RangeError);
    expect(() => judgements.takeBack(a, a)).toThrow(RangeError);
    expect(judgements.list()).toEqual([]);
  });

  it('go with a photo that leaves or becomes another, and stay when it is moved', () => {
    const { judgements, photos } = catalog;
    const [a, b, c, d] = [put('a.jpg'), put('b.jpg'), put('c.jpg'), put('d.jpg')];
    judgements.set(a, b, true);
    judgements.set(c, b, true);
    judgements.set(c, d, false);
    photos.delete(a);
    photos.put(d, place(folderId, 'd.jpg', { size: 9 }), facts('new'));
    photos.move(c, place(folderId, 'elsewhere.jpg'));
    expect(judgements.list()).toEqual([{ a: b, b: c, same: true }]);
  });

  it('are out of sight while a folder is removed', () => {
    const { judgements, folders } = catalog;
    const other = folders.add('/other');
    const [a, b] = [put('a.jpg'), put('b.jpg', other)];
    judgements.set(a, b, true);
    folders.remove(other, 1);
    expect([judgements.list(), judgements.of(a)]).toEqual([[], []]);
    folders.restore(other);
    expect(judgements.list()).toEqual([{ a, b, same: true }]);
  });

  it('are what a table of pairs would be, whatever is judged and taken back', () => {
    const photos = Array.from({ length: 4 }, (_, at) => put(`${at}.jpg`));
    const step = fc.record({
      pair: fc.shuffledSubarray(photos, { minLength: 2, maxLength: 2 }),
      same: fc.option(fc.boolean()),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const { judgements } = catalog;
        for (const { a, b } of judgements.list()) judgements.takeBack(a, b);
        const expected = new Map<string, boolean>();
        for (const { pair, same } of steps) {
          const key = pair.toSorted((x, y) => x - y).join();
          if (same === null) {
            expect(judgements.takeBack(pair[0]!, pair[1]!)).toBe(expected.delete(key));
          } else {
            judgements.set(pair[0]!, pair[1]!, same);
            expected.set(key, same);
          }
        }
        const found = judgements.list();
        expect(found.every(({ a, b }) => a < b)).toBe(true);
        expect(new Map(found.map(({ a, b, same }) => [`${a},${b}`, same]))).toEqual(expected);
        for (const photo of photos) {
          const own = found.filter(({ a, b }) => a === photo || b === photo);
          expect(judgements.of(photo)).toEqual(
            own.map(({ a, b, same }) => ({ photoId: a === photo ? b : a, same })),
          );
        }
      }),
      { numRuns: 50 },
    );
  });
});
