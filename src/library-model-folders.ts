/**
 * The folders with the versions of a library's model, `models/<id>`, and the folders that versions are exported to and
 * imported from: a model as `readModel` takes it, and `version.json` with how it came about.
 */
import { renameSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { modelVersionSchema } from './api-training.ts';
import type { ModelVersion } from './api-training.ts';
import { AkinError } from './errors.ts';
import { headFile } from './model/head-file.ts';
import { modelDamaged, modelFile, readOptional } from './model/model-file.ts';
import { readModel, trunkFile } from './model/model-folder.ts';
import type { Model } from './model/model-folder.ts';

const versionFile = 'version.json';
const unfinishedPrefix = 'unfinished-';

/** How a version came about. */
export type ModelRecord = NonNullable<ModelVersion['record']>;

const aboutSchema = z.object({
  name: z.string().trim().min(1).max(200),
  /** Milliseconds since 1970. */
  madeAt: z.number().nullable(),
  /** Identity of the model that it was made from. */
  parent: z.string().nullable(),
  record: modelVersionSchema.shape.record,
});
export type AboutVersion = z.infer<typeof aboutSchema>;

/**
 * Reads a model that describes photos: one with a head.
 * @throws AkinError as `readModel`; `model-damaged` without a head
 */
export async function readDescribingModel(folder: string): Promise<Model> {
  const model = await readModel(folder);
  if (!model.head) throw modelDamaged(folder, 'it has no head');
  return model;
}

export class ModelFolders {
  readonly #folder: string;

  /** @param library the library's folder */
  constructor(library: string) {
    this.#folder = path.join(library, 'models');
  }

  of(versionId: number): string {
    return path.join(this.#folder, String(versionId));
  }

  /**
   * Copies a model to here, under a name of its own until `settle` gives it one, and checks the copy.
   * @throws AkinError as `readDescribingModel`; what the file system throws
   */
  async take(source: string): Promise<Model> {
    await mkdir(this.#folder, { recursive: true });
    const unfinished = await mkdtemp(path.join(this.#folder, unfinishedPrefix));
    try {
      await copyModel(source, unfinished);
      return await readDescribingModel(unfinished);
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true });
      throw retold(error, unfinished, source);
    }
  }

  /** Gives a taken model the folder of a version. In the transaction that adds the version: both happen, or none. */
  settle(taken: Model, versionId: number): void {
    renameSync(taken.folder, this.of(versionId));
  }

  async remove(versionId: number): Promise<void> {
    await rm(this.of(versionId), { recursive: true, force: true });
  }

  /** Removes what a crash left: models that no version is of. */
  async clean(versionIds: ReadonlySet<number>): Promise<void> {
    const names = await readdir(this.#folder).catch(() => []);
    for (const name of names) {
      const isOurs = name.startsWith(unfinishedPrefix) || /^\d+$/.test(name);
      if (!isOurs || versionIds.has(Number(name))) continue;
      await rm(path.join(this.#folder, name), { recursive: true, force: true });
    }
  }
}

/** What a model's folder takes on the disk. */
export async function bytesOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await modelFiles(folder)) bytes += (await stat(path.join(folder, name))).size;
  return bytes;
}

/**
 * Writes a model, and how it came about, into a new folder below `target`, whole or not at all.
 * @returns where it lies
 * @throws AkinError `file-not-written`, and those of `readDescribingModel`
 */
export async function exportModel(source: string, about: AboutVersion, target: string): Promise<string> {
  await readDescribingModel(source);
  let unfinished: string | null = null;
  try {
    unfinished = await mkdtemp(path.join(target, '.akin-model-'));
    await copyModel(source, unfinished);
    await writeSynced(path.join(unfinished, versionFile), `${JSON.stringify(about, null, 2)}\n`);
    return await renameToFree(unfinished, path.join(target, fileName(about.name)));
  } catch (error) {
    if (unfinished !== null) await rm(unfinished, { recursive: true, force: true });
    throw new AkinError('file-not-written', { path: target }, { cause: error });
  }
}

/** What `exportModel` wrote about a model; null for one that it did not write. @throws AkinError `model-damaged` */
export async function readAbout(folder: string): Promise<AboutVersion | null> {
  const content = await readOptional(path.join(folder, versionFile));
  if (content === null) return null;
  try {
    return aboutSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content)));
  } catch (error) {
    throw modelDamaged(folder, `${versionFile} is not what Akin writes`, error);
  }
}

/** Of all that may lie there, only what makes the model. */
async function modelFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .filter((name) => [modelFile, trunkFile, headFile].includes(name) || name.startsWith('LICENSE'));
}

/** @throws AkinError `model-missing` */
async function copyModel(source: string, target: string): Promise<void> {
  const names = await modelFiles(source).catch((error: unknown) => {
    throw new AkinError('model-missing', { path: source }, { cause: error });
  });
  for (const name of names) {
    await writeSynced(path.join(target, name), await readFile(path.join(source, name)));
  }
}

async function writeSynced(file: string, content: string | Uint8Array): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Never onto what is there: with a number behind the name, as file managers do it. */
async function renameToFree(folder: string, wanted: string): Promise<string> {
  for (let number = 1; ; number++) {
    const free = number === 1 ? wanted : `${wanted} ${number}`;
    if (await exists(free)) continue;
    await rename(folder, free);
    return free;
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/** A name that every file system takes. */
function fileName(name: string): string {
  // eslint-disable-next-line no-control-regex
  const safe = name.replace(/[\0-\x1f<>:"/\\|?*]/g, '_').slice(0, 60);
  const trimmed = safe.replace(/[. ]+$/, '').replace(/^\.+/, '');
  return /^(con|prn|aux|nul|com\d|lpt\d)?$/i.test(trimmed) ? `model ${trimmed}`.trim() : trimmed;
}

/** An error about the copy is one about the original, for the user. */
function retold(error: unknown, copy: string, original: string): unknown {
  if (!(error instanceof AkinError) || error.details['path'] !== copy) return error;
  return new AkinError(error.code, { ...error.details, path: original }, { cause: error });
}
