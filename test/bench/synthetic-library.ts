/** A library of 100,000 photos, complete on disk: tiny files in folders, and a catalog that has described them all. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openCatalog } from '../../src/catalog/catalog.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { textToByteString } from '../../src/catalog/path-bytes.ts';
import { quantiseRegions } from '../../src/descriptor/quantise.ts';
import type { MapGeometry } from '../../src/descriptor/quantise.ts';
import { regionGrid } from '../../src/descriptor/regions.ts';
import { l2Normalise } from '../../src/descriptor/vectors.ts';
import { coefficientCount } from '../../src/duplicates/signature.ts';
import { CatalogStore } from '../../src/ingest/catalog-store.ts';
import { crawl } from '../../src/ingest/crawl.ts';
import { decodePhoto } from '../../src/ingest/decode.ts';
import type { Outcome } from '../../src/ingest/index-store.ts';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import type { Model } from '../../src/model/model-folder.ts';
import { samplePhotos } from '../../src/samples.ts';
import { seededRandom } from './seeded-random.ts';
import { realPhoto } from './twelve-megapixels.ts';

const folders = 100;
const filesEach = 1000;
export const syntheticPhotos = folders * filesEach;

export interface SyntheticLibrary {
  /** The folder of the photos. */
  photos: string;
  /** The library's folder. */
  library: string;
  remove(): void;
}

export async function makeSyntheticLibrary(): Promise<SyntheticLibrary> {
  const root = mkdtempSync(path.join(tmpdir(), 'akin-bench-library-'));
  const made: SyntheticLibrary = {
    photos: path.join(root, 'photos'),
    library: path.join(root, 'library'),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
  try {
    makeFiles(made.photos);
    const { catalog } = openCatalog(made.library);
    try {
      await describeAll(catalog, made.photos, await readModel(defaultModelFolder()));
    } finally {
      catalog.close();
    }
    return made;
  } catch (error) {
    made.remove();
    throw error;
  }
}

function makeFiles(root: string): void {
  for (let folder = 0; folder < folders; folder++) {
    mkdirSync(path.join(root, `folder ${folder}`), { recursive: true });
    for (let file = 0; file < filesEach; file++) {
      writeFileSync(path.join(root, `folder ${folder}`, `IMG_${folder}_${file}.jpg`), 'x');
    }
  }
}

/** Sizes that cameras and phones write. */
const sizes = [
  { width: 4000, height: 3000 },
  { width: 3000, height: 4000 },
  { width: 6000, height: 4000 },
  { width: 4032, height: 2268 },
];

const firstDay = Date.UTC(2010, 0, 1);
const years = 15;

/** Gives the catalog what indexing would: a photo for each file, of descriptors and thumbnails as large as real ones. */
async function describeAll(catalog: Catalog, photos: string, model: Model): Promise<void> {
  const store = new CatalogStore(catalog, model);
  const folderId = catalog.write(() => catalog.folders.add(textToByteString(photos)));
  const random = seededRandom(1);
  const thumbnails = await makeThumbnails();
  const describe = descriptionMaker(model, random);
  let number = 0;
  await crawl(textToByteString(photos), ({ paths, sizes: bytes, modified }) => {
    const outcomes = paths.map((file, at): Outcome => {
      number += 1;
      return {
        kind: 'described',
        file: { folderId, path: file, size: bytes[at] ?? 0, modified: modified[at] ?? 0 },
        photoId: null,
        content: {
          hash: createHash('sha256').update(String(number)).digest(),
          ...sizes[Math.floor(random() * sizes.length)]!,
          format: 'jpeg',
          metadata: {
            takenAt: Math.round(firstDay + random() * years * 365 * 86_400_000),
            camera: 'Synthetic 100',
            latitude: null,
            longitude: null,
            richness: 2,
          },
        },
        thumbnail: thumbnails[number % thumbnails.length]!,
        description: describe(),
        looks: Int8Array.from({ length: coefficientCount }, () => 80 * (random() + random() - 1)),
      };
    });
    store.write(outcomes);
  });
  catalog.write(() => catalog.folders.setState(folderId, 'ready'));
}

async function makeThumbnails(): Promise<Uint8Array[]> {
  return Promise.all(
    samplePhotos.map(async (name) => {
      const content = readFileSync(realPhoto(name));
      return (await decodePhoto(content, { longSide: 1, name })).thumbnail;
    }),
  );
}

function descriptionMaker(model: Model, random: () => number) {
  const { levels, wholeMap } = model.settings;
  const geometry: MapGeometry = { height: 12, width: 16, levels, wholeMap };
  const regions = regionGrid(geometry.height, geometry.width, levels, wholeMap).length;
  const { dimensions } = model.head!;
  const vectors = Float32Array.from({ length: regions * dimensions }, () => random() - 0.5);
  const quantised = quantiseRegions(vectors, dimensions, geometry);
  return () => ({
    descriptor: l2Normalise(Float32Array.from({ length: dimensions }, () => random() - 0.5)),
    regions: quantised,
  });
}
