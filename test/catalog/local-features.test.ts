import { mkdirSync, mkdtempSync, rmSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCatalog } from '../../src/catalog/catalog.ts';
import { LocalFeatureCache } from '../../src/catalog/local-features.ts';
import { breakTable } from './damage.ts';
import { hashOf } from './rows.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'akin-local-features-'));
  file = path.join(folder, 'local-features.sqlite');
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('local features', () => {
  it('come back by content and model, and over a restart', () => {
    const cache = new LocalFeatureCache(file);
    expect(cache.get(hashOf('a'), 'one')).toBeUndefined();
    cache.put(hashOf('a'), 'one', Buffer.from('a by one'));
    cache.put(hashOf('a'), 'other', Buffer.from('a by other'));
    cache.put(hashOf('b'), 'one', Buffer.alloc(0));
    cache.put(hashOf('a'), 'one', Buffer.from('a by one, made again'));
    cache.close();
    const again = new LocalFeatureCache(file);
    expect(textOf(again.get(hashOf('a'), 'one'))).toBe('a by one, made again');
    expect(textOf(again.get(hashOf('a'), 'other'))).toBe('a by other');
    expect(textOf(again.get(hashOf('b'), 'one'))).toBe('');
    expect(again.get(hashOf('b'), 'other')).toBeUndefined();
    again.close();
  });

  it('are in no file before they are needed', () => {
    new LocalFeatureCache(file).close();
    expect(() => statSync(file)).toThrow('ENOENT');
  });

  it('belong to the catalog of a library', () => {
    const { catalog } = openCatalog(folder);
    catalog.localFeatures.put(hashOf('a'), 'model', Buffer.from('features'));
    catalog.close();
    const again = openCatalog(folder).catalog;
    expect(textOf(again.localFeatures.get(hashOf('a'), 'model'))).toBe('features');
    again.close();
    expect(statSync(file).size).toBeGreaterThan(0);
  });
});

describe('the limit', () => {
  it('drops what was not used for longest, also over a restart', () => {
    const first = new LocalFeatureCache(file, 30);
    for (const name of ['a', 'b', 'c']) first.put(hashOf(name), 'm', Buffer.alloc(10));
    first.get(hashOf('a'), 'm');
    first.close();
    const cache = new LocalFeatureCache(file, 30);
    cache.put(hashOf('d'), 'm', Buffer.alloc(10));
    expect(['a', 'b', 'c', 'd'].filter((name) => cache.get(hashOf(name), 'm'))).toEqual(['a', 'c', 'd']);
    cache.put(hashOf('e'), 'm', Buffer.alloc(25));
    expect(['a', 'b', 'c', 'd', 'e'].filter((name) => cache.get(hashOf(name), 'm'))).toEqual(['e']);
    cache.close();
  });

  it('leaves out what is larger than all of it', () => {
    const cache = new LocalFeatureCache(file, 30);
    cache.put(hashOf('a'), 'm', Buffer.alloc(10));
    cache.put(hashOf('b'), 'm', Buffer.alloc(31));
    expect(cache.get(hashOf('a'), 'm')).toHaveLength(10);
    expect(cache.get(hashOf('b'), 'm')).toBeUndefined();
    cache.close();
  });

  it('holds as in a list whose used entries move to its end', () => {
    const limit = 50;
    const step = fc.record({
      kind: fc.constantFrom('put', 'get', 'reopen'),
      name: fc.constantFrom(...'abcdefg'),
      size: fc.integer({ min: 0, max: 30 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        rmSync(file, { force: true });
        const expected = new Map<string, number>();
        let cache = new LocalFeatureCache(file, limit);
        for (const { kind, name, size } of steps) {
          if (kind === 'reopen') {
            cache.close();
            cache = new LocalFeatureCache(file, limit);
          } else if (kind === 'put') {
            cache.put(hashOf(name), 'm', Buffer.alloc(size));
            expected.delete(name);
            expected.set(name, size);
            const total = () => [...expected.values()].reduce((sum, bytes) => sum + bytes, 0);
            while (total() > limit) expected.delete([...expected.keys()][0]!);
          } else {
            const kept = expected.get(name);
            expect(cache.get(hashOf(name), 'm')?.length).toBe(kept);
            if (kept === undefined) continue;
            expected.delete(name);
            expected.set(name, kept);
          }
        }
        for (const name of 'abcdefg') expect(cache.get(hashOf(name), 'm')?.length).toBe(expected.get(name));
        cache.close();
      }),
      { numRuns: 30 },
    );
  });

  it('bounds the file', () => {
    const cache = new LocalFeatureCache(file, 400_000);
    for (let photo = 0; photo < 100; photo++) {
      cache.put(hashOf(String(photo)), 'm', Buffer.alloc(34_832, photo));
    }
    cache.close();
    expect(statSync(file).size).toBeLessThan(1_000_000);
  });
});

describe('a file that cannot be used', () => {
  it.each(['entry', 'content'])('is begun anew when its table %s is damaged', (table) => {
    fill();
    breakTable(file, table);
    expectNewBeginning();
  });

  it('is begun anew when it is no database', () => {
    writeFileSync(file, 'no database at all '.repeat(500));
    expectNewBeginning();
  });

  it.each([
    ['of a later Akin', 'PRAGMA user_version = 99'],
    ['of somebody else', 'PRAGMA user_version = 0'],
  ])('is begun anew when it is one %s', (_, change) => {
    fill();
    const database = new Database(file);
    database.exec(change);
    database.close();
    expectNewBeginning();
  });

  it('keeps nothing while it cannot be opened, and goes on once it can', () => {
    mkdirSync(file);
    const cache = new LocalFeatureCache(file);
    cache.put(hashOf('a'), 'm', Buffer.from('lost'));
    expect(cache.get(hashOf('a'), 'm')).toBeUndefined();
    rmdirSync(file);
    cache.put(hashOf('a'), 'm', Buffer.from('kept'));
    expect(textOf(cache.get(hashOf('a'), 'm'))).toBe('kept');
    cache.close();
  });

  function fill(): void {
    const cache = new LocalFeatureCache(file);
    for (const name of ['a', 'b', 'c']) cache.put(hashOf(name), 'm', Buffer.alloc(50_000, name));
    cache.close();
  }

  /** Reading or writing may be what shows the damage; nothing but what was kept is lost. */
  function expectNewBeginning(): void {
    const cache = new LocalFeatureCache(file);
    cache.get(hashOf('a'), 'm');
    for (const content of ['made again', 'and again']) cache.put(hashOf('a'), 'm', Buffer.from(content));
    expect(textOf(cache.get(hashOf('a'), 'm'))).toBe('and again');
    expect(cache.get(hashOf('b'), 'm')).toBeUndefined();
    cache.close();
    const again = new LocalFeatureCache(file);
    expect(textOf(again.get(hashOf('a'), 'm'))).toBe('and again');
    again.close();
  }
});

function textOf(content: Uint8Array | undefined): string | undefined {
  return content && Buffer.from(content).toString();
}
