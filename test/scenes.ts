/** A catalog of photos that show scenes of random keypoints, and what places are found by. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Album } from '../src/api.ts';
import { openCatalog } from '../src/catalog/catalog.ts';
import type { Catalog } from '../src/catalog/catalog.ts';
import { AkinError } from '../src/errors.ts';
import { LibraryPlaces } from '../src/library-places.ts';
import type { LocalFeatures } from '../src/local-features/features.ts';
import { seededRandom } from './bench/seeded-random.ts';
import { putPhoto } from './catalog/rows.ts';
import { featuresOf, randomDescriptors } from './local-features/random-features.ts';

const size = 400;
const keypoints = 60;

interface Scene {
  positions: number[];
  descriptors: Int8Array;
}

export class Scenes {
  readonly root = mkdtempSync(path.join(tmpdir(), 'akin-scenes-'));
  catalog: Catalog;
  readonly folderId: number;
  readonly modelId: number;
  places: LibraryPlaces;
  /** The scene that each photo shows. */
  readonly sceneOf = new Map<number, number>();
  /** Photos whose features were asked for, in that order. */
  readonly read: number[] = [];
  /** Photos that cannot be read now. */
  readonly away = new Set<number>();
  readonly albums: { name: string; photoIds: readonly number[] }[] = [];
  readonly changes: number[] = [];
  /** Called whenever a photo is read. */
  onRead: (photoId: number) => unknown = () => undefined;
  digest = 'features';
  busy = false;
  #idle: () => void = () => undefined;
  readonly #scenes: Scene[] = [];
  readonly #random = seededRandom(5);

  constructor() {
    this.catalog = openCatalog(this.root).catalog;
    this.folderId = this.catalog.folders.add('/photos');
    this.modelId = this.catalog.descriptors.modelId('digest', 'model', 1);
    this.places = this.#open();
  }

  /** Photos of a scene, named by it. */
  add(scene: number, count: number): number[] {
    return Array.from({ length: count }, () => {
      const id = putPhoto(this.catalog, this.folderId, `scene ${scene}, ${this.sceneOf.size}.jpg`);
      this.sceneOf.set(id, scene);
      return id;
    });
  }

  async build(): Promise<AkinError | null> {
    this.places.build();
    return this.places.finished();
  }

  /** Photos of each place, in their order. */
  found(): number[][] {
    return this.places.list().map(({ id }) => this.places.photos(id).ids);
  }

  /** The same, by id. */
  sorted(): number[][] {
    return this.found().map((photos) => photos.toSorted((a, b) => a - b));
  }

  /** As after a crash: nothing is waited for that was in work. */
  reopen(): void {
    this.catalog.close();
    this.catalog = openCatalog(this.root).catalog;
    this.places = this.#open();
  }

  idle(): void {
    this.busy = false;
    this.#idle();
  }

  async close(): Promise<void> {
    await this.places.close();
    this.catalog.close();
    rmSync(this.root, { recursive: true, force: true });
  }

  #open(): LibraryPlaces {
    const places = new LibraryPlaces({
      catalog: this.catalog,
      modelId: () => this.modelId,
      // As descriptors would: the photos of the scene first, and those of all others far behind.
      neighbours: (photoId, count) => {
        const all = [...this.catalog.photos.timeline().ids].map((other) => ({
          photoId: other,
          score: this.sceneOf.get(other) === this.sceneOf.get(photoId) ? 0.5 : 0.21,
        }));
        all.sort((a, b) => b.score - a.score || a.photoId - b.photoId);
        return Promise.resolve(all.slice(0, count));
      },
      features: async (photoId) => {
        if (this.away.has(photoId)) throw new AkinError('photo-missing', { path: String(photoId) });
        this.read.push(photoId);
        await this.onRead(photoId);
        return this.#featuresOf(photoId);
      },
      featuresDigest: () => Promise.resolve(this.digest),
      isBusy: () => this.busy,
      idle: () => new Promise<void>((resolve) => (this.#idle = resolve)),
      createAlbum: (name, photoIds): Album => {
        this.albums.push({ name, photoIds });
        return { id: this.albums.length, name, photos: photoIds.length, cover: photoIds[0] ?? null };
      },
    });
    places.on('changed', (count) => this.changes.push(count));
    return places;
  }

  /** The scene, moved and scaled a little, as another photo of it shows it. */
  #featuresOf(photoId: number): LocalFeatures {
    const number = this.sceneOf.get(photoId) ?? 0;
    const scene = (this.#scenes[number] ??= {
      positions: Array.from({ length: 2 * keypoints }, () => 60 + this.#random() * (size - 120)),
      descriptors: randomDescriptors(keypoints, this.#random),
    });
    const scale = 0.8 + (photoId % 5) * 0.05;
    const positions = scene.positions.map((value, at) => value * scale + (photoId % 7) + (at % 2));
    return featuresOf(positions, scene.descriptors, [size, size]);
  }
}
