/**
 * Describes the photos of a library with another model than the one in use, in the background. What is to be done is
 * what the catalog lacks: what is killed at any moment is continued by the next run.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Catalog } from './catalog/catalog.ts';
import type { UndescribedPhoto } from './catalog/descriptors.ts';
import { displayPath, joinPath } from './catalog/path-bytes.ts';
import { describeMaxima, joinScales } from './descriptor/describe.ts';
import type { Description } from './descriptor/describe.ts';
import { createHead } from './descriptor/head.ts';
import type { HeadSession } from './descriptor/head.ts';
import { pictureSide } from './descriptor/scales.ts';
import { decodePhoto } from './ingest/decode.ts';
import { DescriptorStore } from './ingest/descriptor-store.ts';
import type { DescribedPhoto } from './ingest/index-store.ts';
import { Moves } from './ingest/moves.ts';
import { Pass } from './ingest/pass.ts';
import type { LibraryDescriptions } from './library-descriptions.ts';
import { Lazy } from './lazy.ts';
import type { Model } from './model/model-folder.ts';
import { MaximaFile, trunkIdentity } from './training/region-maxima.ts';

export interface DescribingOptions {
  signal: AbortSignal;
  /** Where training keeps region maxima: photos whose maxima are there need only another head. */
  maximaFile: string;
  /** Whether something goes on that is more urgent, and the end of it. */
  isBusy: () => boolean;
  idle: () => Promise<unknown>;
  report: (phase: 'describing' | 'waiting', done: number, total: number) => void;
}

/** Where runs of training keep region maxima of a library's photos, from one to the next. */
export function maximaFileOf(library: string): string {
  return path.join(library, 'region-maxima.sqlite');
}

/** Files in work at a time: enough to have the next at hand when one is described. */
const lanes = 2;
const sliceLength = 500;

/**
 * Resolves when the model has described all photos: those that can be read from their files, the others from their
 * thumbnails, which serve until the files are back. Nothing that is more urgent goes on then.
 * @throws AkinError what the catalog or the describer throws
 */
export async function describePhotos(
  catalog: Catalog,
  descriptions: LibraryDescriptions,
  options: DescribingOptions,
): Promise<void> {
  const kept = new KeptMaxima(descriptions.model, options.maximaFile);
  try {
    const describing = new Describing(catalog, descriptions, kept, options);
    while (!options.signal.aborted && (await describing.round()));
  } finally {
    await kept.release();
  }
}

/** Describes photos by region maxima that were kept, which takes a thousandth of what the trunk takes. */
class KeptMaxima {
  readonly #model: Model;
  readonly #file: MaximaFile | null;
  readonly #trunk: string;
  readonly #head: Lazy<HeadSession>;

  constructor(model: Model, file: string) {
    this.#model = model;
    this.#file = existsSync(file) ? new MaximaFile(file) : null;
    this.#trunk = this.#file ? trunkIdentity(model) : '';
    this.#head = new Lazy(() => createHead(model.head, model.channels));
  }

  /** Null where they were not kept at all of the model's scales. @param hash SHA-256 of the photo's file */
  async describe(hash: Uint8Array): Promise<Description | null> {
    const { settings } = this.#model;
    const key = Buffer.from(hash).toString('hex');
    const made: Description[][] = [];
    for (const scale of settings.scales) {
      const maxima = this.#file?.get(key, this.#trunk, { scale });
      if (!maxima) return null;
      made.push(await describeMaxima(await this.#head.get(), settings, [maxima]));
    }
    return joinScales(made, settings.scales)[0]!;
  }

  async release(): Promise<void> {
    this.#file?.close();
    await this.#head.release((head) => head.release());
  }
}

class Describing {
  readonly #catalog: Catalog;
  readonly #descriptions: LibraryDescriptions;
  readonly #options: DescribingOptions;
  readonly #kept: KeptMaxima;
  readonly #store: DescriptorStore;
  /** Photos whose files were read, or tried; a scan since then may have found them elsewhere. */
  readonly #tried = new Set<number>();
  /** Photos whose maxima were looked for. */
  readonly #triedMaxima = new Set<number>();
  /** Photos whose thumbnails were tried. */
  readonly #triedThumbnails = new Set<number>();
  #done = 0;
  #total = 0;

  constructor(
    catalog: Catalog,
    descriptions: LibraryDescriptions,
    kept: KeptMaxima,
    options: DescribingOptions,
  ) {
    this.#catalog = catalog;
    this.#kept = kept;
    this.#descriptions = descriptions;
    this.#options = options;
    this.#store = new DescriptorStore(catalog, descriptions.model);
  }

  /** Describes what remains; false when nothing does. */
  async round(): Promise<boolean> {
    await this.#turn();
    const photos = await this.#undescribed();
    if (this.#options.signal.aborted) return false;
    let projected = 0;
    for (const photo of photos) if (await this.#project(photo)) projected++;
    if (projected > 0) return true;
    const files = photos.filter(({ photoId, isFolderReady }) => isFolderReady && !this.#tried.has(photoId));
    if (files.length > 0) {
      await this.#readFiles(files);
      return true;
    }
    const rest = photos.filter(
      ({ photoId }) => !this.#triedThumbnails.has(photoId) && !this.#store.isDescribedSomehow(photoId),
    );
    for (const photo of rest) await this.#describeThumbnail(photo);
    return rest.length > 0 || this.#options.isBusy();
  }

  /** What the model has not described, after what it has described of the same content was copied. */
  async #undescribed(): Promise<UndescribedPhoto[]> {
    const found: UndescribedPhoto[] = [];
    for (let after = 0, read = sliceLength; read === sliceLength;) {
      const slice = this.#catalog.descriptors.undescribed(this.#store.modelId, after, sliceLength);
      const copied = new Set(this.#take(this.#store.copy(slice)).map(({ photoId }) => photoId));
      found.push(...slice.filter(({ photoId }) => !copied.has(photoId)));
      after = slice.at(-1)?.photoId ?? after;
      read = slice.length;
      await setImmediate();
    }
    this.#total = this.#catalog.photos.count();
    this.#done = this.#total - found.length;
    this.#report();
    return found;
  }

  /** Describes a photo by maxima that were kept; false where there are none. */
  async #project(photo: UndescribedPhoto): Promise<boolean> {
    if (this.#options.signal.aborted || this.#triedMaxima.has(photo.photoId)) return false;
    this.#triedMaxima.add(photo.photoId);
    const description = await this.#kept.describe(photo.hash);
    if (!description) return false;
    await this.#turn();
    this.#done += this.#take(this.#store.writeFromMaxima(photo, description)).length;
    this.#report();
    return true;
  }

  async #readFiles(files: readonly UndescribedPhoto[]): Promise<void> {
    const tasks = files.map(({ folder: root, ...file }) => ({ ...file, root }));
    const { signal } = this.#options;
    const pass = new Pass(
      {
        store: this.#store,
        describer: () => this.#descriptions.describer(),
        longSide: pictureSide(this.#descriptions.model.settings),
        lanes,
        batchLength: 1,
        thumbnail: false,
      },
      new Moves([]),
      {
        rest: () => this.#turn(),
        settled: (_outcomes, described) => {
          this.#done += this.#take(described).length;
          this.#report();
        },
      },
    );
    for (const { photoId } of files) this.#tried.add(photoId);
    await pass.run(tasks, signal);
  }

  async #describeThumbnail(photo: UndescribedPhoto): Promise<void> {
    await this.#turn();
    if (this.#options.signal.aborted) return;
    this.#triedThumbnails.add(photo.photoId);
    const thumbnail = this.#catalog.thumbnails.get(photo.hash);
    if (!thumbnail) return;
    const { model } = this.#descriptions;
    const name = displayPath(joinPath(photo.folder, photo.path));
    const longSide = pictureSide(model.settings);
    const { pixels } = await decodePhoto(thumbnail, { longSide, name, thumbnail: false });
    const describer = await this.#descriptions.describer();
    const [description] = await describer.describe([pixels]);
    this.#done += this.#take(this.#store.writeFromThumbnail(photo, description!)).length;
    this.#report();
  }

  /** Waits while something more urgent goes on, and lets requests come in. */
  async #turn(): Promise<void> {
    const { signal, isBusy, idle } = this.#options;
    await setImmediate();
    while (isBusy() && !signal.aborted) {
      this.#options.report('waiting', this.#done, this.#total);
      await Promise.race([idle(), aborted(signal)]);
      // A scan may have found what was not where it was.
      this.#tried.clear();
    }
  }

  #take(described: readonly DescribedPhoto[]): readonly DescribedPhoto[] {
    this.#descriptions.index.add(described);
    return described;
  }

  #report(): void {
    this.#options.report('describing', this.#done, this.#total);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
