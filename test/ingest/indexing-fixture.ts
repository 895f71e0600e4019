/** A folder of photos, a store and a describer, for tests of the pipeline. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import type { Description, PictureDescriber } from '../../src/descriptor/describe.ts';
import { quantiseRegions } from '../../src/descriptor/quantise.ts';
import type { AkinError } from '../../src/errors.ts';
import { Indexing } from '../../src/ingest/indexing.ts';
import type { Changes, IndexingOptions, IndexingSummary } from '../../src/ingest/indexing.ts';
import type { Progress } from '../../src/api.ts';
import type { RgbPixels } from '../../src/model/trunk.ts';
import { MemoryStore } from './memory-store.ts';

/** Describes a picture by the mean of each channel: quick, and different for each colour. */
export class ColourDescriber implements PictureDescriber {
  readonly dimensions = 3;
  readonly batches: (readonly RgbPixels[])[] = [];

  async describe(pixels: readonly RgbPixels[]): Promise<Description[]> {
    this.batches.push(pixels);
    // Others get their turn, as they do while a trunk runs.
    await new Promise((resolve) => setImmediate(resolve));
    return pixels.map(({ data }) => {
      const sums = [0, 0, 0];
      data.forEach((value: number, at: number) => (sums[at % 3] = (sums[at % 3] ?? 0) + value));
      const length = Math.hypot(...sums) || 1;
      return {
        descriptor: Float32Array.from(sums, (sum) => sum / length),
        regions: quantiseRegions(Float32Array.from(sums), 3, {
          height: 1,
          width: 1,
          levels: 1,
          wholeMap: false,
        }),
      };
    });
  }

  async release(): Promise<void> {}

  get described(): number {
    return this.batches.flat().length;
  }
}

export class Fixture {
  readonly root = mkdtempSync(path.join(tmpdir(), 'akin-indexing-'));
  readonly store = new MemoryStore();
  readonly describer = new ColourDescriber();
  readonly notices: AkinError[] = [];
  readonly changes: Changes[] = [];
  readonly progress: Progress[] = [];
  readonly indexing: Indexing;

  constructor(options: Partial<IndexingOptions> = {}) {
    this.indexing = this.open(options);
  }

  /** Another pipeline over the same store, as after a restart. */
  open(options: Partial<IndexingOptions> = {}): Indexing {
    const indexing = new Indexing({
      store: this.store,
      describer: async () => this.describer,
      longSide: 64,
      ...options,
    });
    indexing.on('notice', (notice) => this.notices.push(notice));
    indexing.on('changes', (changes) => this.changes.push(changes));
    indexing.on('progress', (progress) => this.progress.push(progress));
    return indexing;
  }

  addFolder(name: string): string {
    const folder = path.join(this.root, name);
    mkdirSync(folder, { recursive: true });
    this.store.list.push({ id: this.store.list.length + 1, path: Buffer.from(folder).toString('latin1') });
    return folder;
  }

  async run(indexing = this.indexing): Promise<IndexingSummary> {
    indexing.start();
    return indexing.idle();
  }

  /** Ids of the photos by their paths below their folders. */
  photos(): Record<string, number> {
    const found: Record<string, number> = {};
    for (const { id } of this.store.folders()) {
      for (const { path: file, photoId } of this.store.known(id)) if (photoId !== null) found[file] = photoId;
    }
    return found;
  }

  /** Codes of the failures by path. */
  failures(): Record<string, string> {
    return Object.fromEntries([...this.store.failures.values()].map(({ file, code }) => [file.path, code]));
  }

  close(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** A JPEG of one colour, unlike that of any other `seed` below 4096. */
export async function picture(seed: number, { width = 48, height = 32 } = {}): Promise<Buffer> {
  const background = {
    r: (seed % 16) * 17,
    g: (Math.floor(seed / 16) % 16) * 17,
    b: (Math.floor(seed / 256) % 16) * 17,
  };
  return sharp({ create: { width, height, channels: 3, background } })
    .jpeg({ quality: 90 })
    .toBuffer();
}

export async function putPictures(folder: string, count: number, first = 0): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (let at = 0; at < count; at++) writeFileSync(path.join(folder, `${at}.jpg`), await picture(first + at));
}
