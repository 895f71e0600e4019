import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCatalog } from '../../src/catalog/catalog.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import type { Places } from '../../src/catalog/places.ts';
import { facts, place, putPhoto } from './rows.ts';

let root: string;
let catalog: Catalog;
let places: Places;
let folderId: number;
let photos: number[];

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'akin-places-'));
  catalog = openCatalog(root).catalog;
  places = catalog.places;
  folderId = catalog.folders.add('/photos');
  photos = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => putPhoto(catalog, folderId, `${name}.jpg`));
});

afterEach(() => {
  catalog.close();
  rmSync(root, { recursive: true, force: true });
});

/** Ids of photos by their place in `photos`. */
function at(...indices: number[]): number[] {
  return indices.map((index) => photos[index]!);
}

function shown(): [id: number, name: string | null, pairs: number, photos: number[]][] {
  return places
    .list()
    .map(({ id, name, pairs, photos: of }) => [id, name, pairs, of.map(({ photoId }) => photoId)]);
}

function putTwo(): [number, number] {
  places.replace([
    { id: null, photos: at(1, 0), pairs: 1 },
    { id: null, photos: at(4, 2, 3), pairs: 3 },
  ]);
  const [large, small] = places.list();
  return [small!.id, large!.id];
}

describe('places', () => {
  it('come largest first, their photos in the order they were given', () => {
    const [small, large] = putTwo();
    expect(shown()).toEqual([
      [large, null, 3, at(4, 2, 3)],
      [small, null, 1, at(1, 0)],
    ]);
    expect(places.count()).toBe(2);
    expect(places.get(small)?.photos.map(({ photoId }) => photoId)).toEqual(at(1, 0));
    expect(places.get(1000)).toBeUndefined();
    expect(places.placeOf(photos[2]!)).toBe(large);
    expect(places.placeOf(photos[5]!)).toBeUndefined();
  });

  it('bring along what a list of them shows', () => {
    catalog.photos.put(photos[0]!, place(folderId, 'a.jpg'), facts('a.jpg', { takenAt: 5, latitude: null }));
    const [small] = putTwo();
    expect(places.get(small)?.photos[1]).toEqual({
      photoId: photos[0],
      takenAt: 5,
      aspect: 1.5,
      latitude: null,
      longitude: -2.25,
    });
  });

  it('keep their id and name when they are continued; those that are not go for good', () => {
    const [small, large] = putTwo();
    expect(places.rename(large, 'Home')).toBe(true);
    places.replace([
      { id: large, photos: at(2, 3), pairs: 1 },
      { id: null, photos: at(0, 5), pairs: 1 },
    ]);
    const [first, second] = shown();
    expect(first).toEqual([large, 'Home', 1, at(2, 3)]);
    expect(second![0]).toBeGreaterThan(large);
    expect(places.rename(small, 'Gone')).toBe(false);
    expect(places.placeOf(photos[4]!)).toBeUndefined();
  });

  it('that the user named are remembered when nothing continues them, and come back', () => {
    const [small, large] = putTwo();
    places.rename(large, 'Home');
    places.replace([{ id: small, photos: at(0, 1, 2), pairs: 2 }]);
    expect(shown()).toEqual([[small, null, 2, at(0, 1, 2)]]);
    expect(places.get(large)).toBeUndefined();
    expect(places.placeOf(photos[4]!)).toBeUndefined();
    expect(places.memory()).toEqual([
      { id: small, name: null, photos: at(0, 1, 2) },
      { id: large, name: 'Home', photos: at(4, 2, 3) },
    ]);
    places.replace([{ id: large, photos: at(3, 4), pairs: 1 }]);
    expect(shown()).toEqual([[large, 'Home', 1, at(3, 4)]]);
    places.rename(large, null);
    places.replace([]);
    expect(places.memory()).toEqual([]);
  });

  it('lose photos that are deleted, replaced by another content or in a removed folder', () => {
    const [, large] = putTwo();
    const other = catalog.folders.add('/other');
    const elsewhere = putPhoto(catalog, other, 'g.jpg');
    places.replace([{ id: large, photos: [...at(4, 2, 3, 0), elsewhere], pairs: 3 }]);
    catalog.photos.delete(photos[4]!);
    catalog.photos.put(photos[2]!, place(folderId, 'c.jpg'), facts('another'));
    expect(shown()).toEqual([[large, null, 3, [...at(3, 0), elsewhere]]]);
    catalog.folders.remove(other, 1);
    expect(shown()).toEqual([[large, null, 3, at(3, 0)]]);
    catalog.folders.restore(other);
    expect(shown()[0]![3]).toContain(elsewhere);
  });
});

describe('decisions', () => {
  it('come newest first, with their sides', () => {
    places.decide({ sides: [at(0, 1, 2)] });
    places.decide({ sides: [at(2, 3), at(4)] });
    expect(places.decisions()).toEqual([{ sides: [at(2, 3), at(4)] }, { sides: [at(0, 1, 2)] }]);
  });

  it('make older ones about the same photos void, and no others', () => {
    places.decide({ sides: [at(0), at(1)] });
    places.decide({ sides: [at(1, 2)] });
    places.decide({ sides: [at(0, 1)] });
    expect(places.decisions()).toEqual([{ sides: [at(0, 1)] }, { sides: [at(1, 2)] }]);
  });

  it('lose photos that are deleted or become others, and sides without photos', () => {
    places.decide({ sides: [at(0), at(1, 2)] });
    catalog.photos.delete(photos[0]!);
    expect(places.decisions()).toEqual([{ sides: [at(1, 2)] }]);
    catalog.photos.put(photos[1]!, place(folderId, 'b.jpg'), facts('another'));
    expect(places.decisions()).toEqual([{ sides: [at(2)] }]);
  });
});
