/** The catalog as the indexing pipeline sees it, for one model. */
import type { Catalog } from '../catalog/catalog.ts';
import type { PhotoFacts } from '../catalog/photos.ts';
import { encodeRegions } from '../descriptor/quantise.ts';
import { signatureMethod } from '../duplicates/signature.ts';
import type { Model } from '../model/model-folder.ts';
import { isFinalFailure } from './index-store.ts';
import type {
  DescribedPhoto,
  FileState,
  IndexedFolder,
  IndexStore,
  KnownFile,
  Outcome,
  PhotoContent,
} from './index-store.ts';

export class CatalogStore implements IndexStore {
  readonly #catalog: Catalog;
  /** Of the model whose descriptors count. */
  readonly #modelId: number;

  constructor(
    catalog: Catalog,
    { digest, name, version, identity }: Pick<Model, 'digest' | 'name' | 'version' | 'identity'>,
  ) {
    this.#catalog = catalog;
    this.#modelId = catalog.write(() => catalog.descriptors.modelId(digest, name, version, identity));
  }

  get modelId(): number {
    return this.#modelId;
  }

  folders(): IndexedFolder[] {
    return this.#catalog.folders.list();
  }

  *known(folderId: number): Generator<KnownFile> {
    // Failures first: a file may be both, when a photo that is kept could not be read again.
    for (const { path, size, modified, code } of this.#catalog.failures.ofFolder(folderId)) {
      yield { photoId: null, path, size, modified, finished: isFinalFailure(code) };
    }
    for (const { photoId, path, size, modified, described } of this.#catalog.photos.known(
      folderId,
      this.#modelId,
    )) {
      yield { photoId, path, size, modified, finished: described };
    }
  }

  setFolderState(folderId: number, state: 'ready' | 'missing' | 'unreadable'): void {
    this.#catalog.write(() => this.#catalog.folders.setState(folderId, state));
  }

  sameContent(hash: Uint8Array): number[] {
    return this.#catalog.photos.sameContent(hash, this.#modelId);
  }

  write(outcomes: readonly Outcome[]): DescribedPhoto[] {
    // Thumbnails lie in a file of their own, which may be the one that no longer fits on the disk: they come first, so
    // that the photos are written whole or not at all.
    this.#catalog.write(() => {
      for (const outcome of outcomes) {
        if (outcome.kind === 'described')
          this.#catalog.thumbnails.put(outcome.content.hash, outcome.thumbnail);
      }
    });
    return this.#catalog.write(() => outcomes.flatMap((outcome) => this.#writeOne(outcome)));
  }

  remove(photoIds: readonly number[], failures: readonly FileState[]): void {
    this.#catalog.write(() => {
      for (const id of photoIds) this.#removePhoto(id);
      for (const { folderId, path } of failures) this.#catalog.failures.delete(folderId, path);
    });
  }

  #writeOne(outcome: Outcome): DescribedPhoto[] {
    const { photos, failures, descriptors, signatures, thumbnails, removals } = this.#catalog;
    const { file, photoId: known } = outcome;
    // Its file was removed meanwhile. If there is a file at this place still, the next scan meets it.
    if (known !== null && removals.isSetAside(known) && outcome.kind !== 'moved') return [];
    failures.delete(file.folderId, file.path);
    switch (outcome.kind) {
      case 'failed':
        failures.put({ ...file, code: outcome.code, reason: outcome.reason });
        if (outcome.photoId !== null && !outcome.keep) this.#removePhoto(outcome.photoId, false);
        return [];
      case 'moved':
        photos.move(outcome.photoId, file);
        return [];
      case 'copied':
        return this.#copy(outcome);
      case 'described': {
        const before = outcome.photoId === null ? undefined : photos.get(outcome.photoId)?.hash;
        const photoId = photos.put(outcome.photoId, file, factsOf(outcome.content));
        const { descriptor, regions } = outcome.description;
        descriptors.put(photoId, this.#modelId, descriptor, encodeRegions(regions));
        signatures.put(photoId, signatureMethod, new Uint8Array(outcome.looks));
        if (before) thumbnails.dropUnused([before]);
        return [{ photoId, descriptor }];
      }
    }
  }

  #copy({ file, photoId, source }: Extract<Outcome, { kind: 'copied' }>): DescribedPhoto[] {
    const { photos, descriptors } = this.#catalog;
    const facts = photos.facts(source);
    const descriptor = descriptors.get(source, this.#modelId);
    const regions = descriptors.regions(source, this.#modelId);
    // The source left between the look for it and this write: the next scan describes the file itself.
    if (!facts || !descriptor || !regions) return [];
    const before = photoId === null ? undefined : photos.get(photoId)?.hash;
    const back = photoId === null ? this.#catalog.removals.cameBack(file, facts.hash) : null;
    const id = photos.put(back ?? photoId, file, facts);
    descriptors.put(id, this.#modelId, descriptor, regions);
    if (before) this.#catalog.thumbnails.dropUnused([before]);
    return [{ photoId: id, descriptor }];
  }

  #removePhoto(id: number, withFailure = true): void {
    const { photos, failures, thumbnails, removals } = this.#catalog;
    if (removals.isSetAside(id)) return;
    const photo = photos.get(id);
    if (photo && withFailure) failures.delete(photo.folderId, photo.path);
    const hash = photos.delete(id);
    if (hash) thumbnails.dropUnused([hash]);
  }
}

function factsOf({ metadata, ...content }: PhotoContent): PhotoFacts {
  return { ...content, ...metadata };
}
