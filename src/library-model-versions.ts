/**
 * The versions of a library's model: which there are, and which one is chosen to describe the photos. The model that
 * comes with Akin is 0.
 */
import { EventEmitter } from 'node:events';
import { z } from 'zod';
import { modelVersionSchema } from './api-training.ts';
import type { ModelVersion } from './api-training.ts';
import type { Catalog } from './catalog/catalog.ts';
import type { ModelVersionRow } from './catalog/model-versions.ts';
import { AkinError, asAkinError } from './errors.ts';
import {
  bytesOf,
  exportModel,
  ModelFolders,
  readAbout,
  readDescribingModel,
} from './library-model-folders.ts';
import type { AboutVersion, ModelRecord } from './library-model-folders.ts';
import { readSettings, scalesOf } from './library-settings.ts';
import { modelDamaged } from './model/model-file.ts';
import { digestAt } from './model/model-folder.ts';
import type { Model } from './model/model-folder.ts';

export const shippedId = 0;

/** The model in use, as the library is opened. */
export interface ServingModel {
  id: number;
  model: Model;
  /** Why it is not the one that was in use before; null when it is. */
  notice: AkinError | null;
}

/**
 * The model that the library uses; the one that comes with Akin where it cannot be read.
 * @param shipped the model that comes with Akin
 */
export async function servingModel(catalog: Catalog, shipped: Model): Promise<ServingModel> {
  const id = chosen(catalog, 'model') ?? shippedId;
  if (id === shippedId) return { id, model: shipped, notice: null };
  try {
    return { id, model: await readVersion(catalog, id), notice: null };
  } catch (error) {
    const { message: reason } = asAkinError(error);
    const name = catalog.modelVersions.get(id)?.name ?? String(id);
    const notice = new AkinError('model-version-unusable', { name, reason }, { cause: error });
    return { id: shippedId, model: shipped, notice };
  }
}

/** How settings name them: the model in use, the one before, and the one that is to be used. */
const choices = ['model', 'previous-model', 'next-model'] as const;
type Choice = (typeof choices)[number];

interface VersionsEvents {
  /** Versions came, went or changed. */
  changed: [];
}

export class LibraryModelVersions extends EventEmitter<VersionsEvents> {
  readonly #catalog: Catalog;
  readonly #shipped: Model;
  readonly #folders: ModelFolders;
  #activeId: number;

  /** @param activeId the model in use: it may not be the chosen one, where that is damaged */
  constructor(catalog: Catalog, shipped: Model, activeId: number) {
    super();
    this.#catalog = catalog;
    this.#shipped = shipped;
    this.#activeId = activeId;
    this.#folders = new ModelFolders(catalog.library);
  }

  /** The model in use. */
  get activeId(): number {
    return this.#activeId;
  }

  /** What the model in use is called. */
  get activeName(): string {
    return this.#nameOf(this.#catalog.modelVersions.get(this.#activeId));
  }

  /** The model that was in use before, as far as it is still there. */
  get previousId(): number | null {
    const id = chosen(this.#catalog, 'previous-model');
    return id === this.activeId || (id !== null && this.#identityOf(id) === null) ? null : id;
  }

  /** The model that is to be used. */
  get nextId(): number | null {
    return chosen(this.#catalog, 'next-model');
  }

  set nextId(id: number | null) {
    this.#catalog.decide(() => this.#catalog.settings.set('next-model', id));
    this.emit('changed');
  }

  /** Forgets what was removed when the library was open last, and what a crash left behind. */
  async repair(): Promise<void> {
    const { modelVersions } = this.#catalog;
    this.#catalog.write(() => {
      for (const { id } of modelVersions.removed()) modelVersions.purge(id);
    });
    await this.#folders.clean(new Set(modelVersions.list().map(({ id }) => id)));
  }

  /** The model that comes with Akin first, then as they were made. */
  async list(): Promise<ModelVersion[]> {
    const rows = this.#catalog.modelVersions.list();
    return Promise.all([this.#version(shippedId), ...rows.map(({ id }) => this.#version(id))]);
  }

  /** Has a model be the one in use, in one transaction. */
  choose(id: number): void {
    if (chosen(this.#catalog, 'model') === id && this.#activeId === id) return;
    const before = this.#activeId === id ? this.previousId : this.#activeId;
    this.#catalog.decide(() => {
      this.#catalog.settings.set('model', id);
      this.#catalog.settings.set('previous-model', before);
      this.#catalog.settings.set('next-model', null);
    });
    this.#activeId = id;
    this.emit('changed');
  }

  /** Identities of the models whose descriptors serve, or may. */
  wanted(): Set<string> {
    const ids = [this.#activeId, ...choices.map((choice) => chosen(this.#catalog, choice))];
    const identities = ids.map((id) => (id === null ? null : this.#identityOf(id)));
    return new Set(identities.filter((identity) => identity !== null));
  }

  /** @throws AkinError `model-version-unknown`, and those of `readModel`; `model-damaged` for one that has changed */
  async read(id: number): Promise<Model> {
    return id === shippedId ? this.#shipped : readVersion(this.#catalog, id);
  }

  /** The folder with a version's model. @throws AkinError `model-version-unknown` */
  folderOf(id: number): string {
    return id === shippedId ? this.#shipped.folder : this.#folders.of(this.#row(id).id);
  }

  /** @throws AkinError `model-version-unknown` */
  async rename(modelId: number, name: string): Promise<ModelVersion> {
    this.#row(modelId);
    this.#catalog.decide(() => this.#catalog.modelVersions.rename(modelId, name));
    return this.#told(modelId);
  }

  /** @throws AkinError `model-version-unknown`, `model-in-use` */
  remove(modelId: number): Record<string, never> {
    this.#row(modelId);
    const inUse = [this.#activeId, chosen(this.#catalog, 'model'), this.nextId];
    if (inUse.includes(modelId)) throw new AkinError('model-in-use');
    this.#catalog.decide(() => this.#catalog.modelVersions.remove(modelId, Date.now()));
    this.emit('changed');
    return {};
  }

  /** Undoes `remove`, as long as the library is open. @throws AkinError `model-version-unknown` */
  async restore(modelId: number): Promise<ModelVersion> {
    if (!this.#catalog.modelVersions.removed().some(({ id }) => id === modelId)) {
      throw new AkinError('model-version-unknown');
    }
    this.#catalog.decide(() => this.#catalog.modelVersions.restore(modelId));
    return this.#told(modelId);
  }

  /**
   * Makes a version of a model that a run made; the run's own stays where it is.
   * @param folder of the model
   * @throws AkinError as `readModel`, `library-full`
   */
  async adopt(
    folder: string,
    about: { name: string; parentId: number; record: ModelRecord },
  ): Promise<ModelVersion> {
    return this.#add(folder, { ...about, madeAt: Date.now() });
  }

  /** Makes a version of what `export` wrote, or of another model of Akin's. @throws AkinError as `adopt` */
  async import(folder: string): Promise<ModelVersion> {
    const about = await readAbout(folder);
    const { name, madeAt, parent, record } = about ?? {
      name: null,
      madeAt: null,
      parent: null,
      record: null,
    };
    return this.#add(folder, { name, madeAt: madeAt ?? Date.now(), parentId: this.#idOf(parent), record });
  }

  /**
   * Writes a version's folder into another one.
   * @returns where it lies
   * @throws AkinError `model-version-unknown`, `file-not-written`, and those of reading it
   */
  async export(modelId: number, target: string): Promise<{ path: string }> {
    const { name, parentId, madeAt, record } = await this.#version(modelId);
    const parent = parentId === null ? null : this.#identityOf(parentId);
    const about: AboutVersion = { name, madeAt, parent, record };
    return { path: await exportModel(this.folderOf(modelId), about, target) };
  }

  async #add(
    folder: string,
    {
      name,
      ...about
    }: Omit<ModelVersionRow, 'id' | 'identity' | 'name' | 'record'> & {
      /** Null for the model's own. */
      name: string | null;
      record: ModelRecord | null;
    },
  ): Promise<ModelVersion> {
    try {
      const model = await this.#folders.take(folder);
      const { identity } = model;
      const record = about.record && JSON.stringify(about.record);
      const id = this.#catalog.decide(() => {
        const row = { ...about, name: name ?? `${model.name} ${model.version}`, identity, record };
        const added = this.#catalog.modelVersions.add(row);
        this.#folders.settle(model, added);
        return added;
      });
      return await this.#told(id);
    } catch (error) {
      throw this.#catalog.explain(error);
    }
  }

  async #version(id: number): Promise<ModelVersion> {
    const row = id === shippedId ? undefined : this.#row(id);
    const scales = scalesOf(readSettings(this.#catalog).scales);
    return {
      id,
      name: this.#nameOf(row),
      parentId: row?.parentId ?? null,
      madeAt: row?.madeAt ?? null,
      active: id === this.activeId,
      previous: id === this.previousId,
      record: recordOf(row),
      described: this.#catalog.descriptors.countOf(digestAt(row?.identity ?? this.#shipped.identity, scales)),
      photos: this.#catalog.photos.count(),
      bytes: await bytesOf(this.folderOf(id)).catch(() => 0),
    };
  }

  async #told(id: number): Promise<ModelVersion> {
    this.emit('changed');
    return this.#version(id);
  }

  #nameOf(row: ModelVersionRow | undefined): string {
    return row?.name ?? `${this.#shipped.name} ${this.#shipped.version}`;
  }

  #row(id: number): ModelVersionRow {
    const row = this.#catalog.modelVersions.get(id);
    if (!row) throw new AkinError('model-version-unknown');
    return row;
  }

  #identityOf(id: number): string | null {
    if (id === shippedId) return this.#shipped.identity;
    return this.#catalog.modelVersions.get(id)?.identity ?? null;
  }

  /** The first version of a model that is here. */
  #idOf(identity: string | null): number | null {
    if (identity === null) return null;
    if (identity === this.#shipped.identity) return shippedId;
    return this.#catalog.modelVersions.list().find((row) => row.identity === identity)?.id ?? null;
  }
}

/** @throws AkinError `model-version-unknown`, and those of `readDescribingModel`; `model-damaged` for another model */
async function readVersion(catalog: Catalog, id: number): Promise<Model> {
  const row = catalog.modelVersions.get(id);
  if (!row) throw new AkinError('model-version-unknown');
  const model = await readDescribingModel(new ModelFolders(catalog.library).of(id));
  // Nothing else vouches for the head.
  if (model.identity !== row.identity) throw modelDamaged(model.folder, 'it has changed since it was made');
  return model;
}

function chosen(catalog: Catalog, choice: Choice): number | null {
  return catalog.settings.get(choice, z.int().nonnegative().nullable(), null);
}

/** What another Akin wrote may not fit. */
function recordOf(row: ModelVersionRow | undefined): ModelRecord | null {
  if (row?.record == null) return null;
  try {
    return modelVersionSchema.shape.record.parse(JSON.parse(row.record));
  } catch {
    return null;
  }
}
