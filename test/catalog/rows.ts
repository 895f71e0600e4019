/** Rows for tests of the catalog. */
import { createHash } from 'node:crypto';
import type { Catalog } from '../../src/catalog/catalog.ts';
import type { PhotoFacts, PhotoPlace } from '../../src/catalog/photos.ts';

/** The hash of some content. */
export function hashOf(content: string): Buffer {
  return createHash('sha256').update(content).digest();
}

export function place(folderId: number, path: string, change: Partial<PhotoPlace> = {}): PhotoPlace {
  return { folderId, path, size: 1000, modified: 1_700_000_000_000.5, ...change };
}

export function facts(content: string, change: Partial<PhotoFacts> = {}): PhotoFacts {
  return {
    hash: hashOf(content),
    width: 600,
    height: 400,
    format: 'jpeg',
    takenAt: 1_600_000_000_000,
    camera: 'Test Camera',
    latitude: 48.5,
    longitude: -2.25,
    richness: 3,
    ...change,
  };
}

/** A descriptor of `dimensions` numbers that no other seed gives. */
export function vectorOf(seed: number, dimensions = 4): Float32Array {
  return Float32Array.from({ length: dimensions }, (_, at) => Math.sin(seed * 7 + at));
}

/** Puts a photo with everything that belongs to it; returns its id. @param content names the file's content */
export function putPhoto(catalog: Catalog, folderId: number, path: string, content = path): number {
  return catalog.write(() => {
    const modelId = catalog.descriptors.modelId('digest', 'model', 1);
    const id = catalog.photos.put(null, place(folderId, path), facts(content));
    catalog.descriptors.put(id, modelId, vectorOf(id), Buffer.from(`regions of ${content}`));
    catalog.thumbnails.put(hashOf(content), Buffer.from(`thumbnail of ${content}`));
    return id;
  });
}
