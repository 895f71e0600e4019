import { isFinalFailure } from '../../src/ingest/index-store.ts';
import type {
  DescribedPhoto,
  FileState,
  IndexedFolder,
  IndexStore,
  KnownFile,
  Outcome,
} from '../../src/ingest/index-store.ts';

interface Row {
  file: FileState;
  hash: string;
  descriptor: Float32Array;
}

export class MemoryStore implements IndexStore {
  readonly list: IndexedFolder[] = [];
  readonly photos = new Map<number, Row>();
  readonly failures = new Map<string, Extract<Outcome, { kind: 'failed' }>>();
  readonly states = new Map<number, string>();
  #next = 1;

  folders(): IndexedFolder[] {
    return this.list;
  }

  *known(folderId: number): Iterable<KnownFile> {
    for (const { file, code } of this.failures.values()) {
      if (file.folderId === folderId) yield { ...file, photoId: null, finished: isFinalFailure(code) };
    }
    for (const [photoId, { file }] of this.photos) {
      if (file.folderId === folderId) yield { ...file, photoId, finished: true };
    }
  }

  setFolderState(folderId: number, state: string): void {
    this.states.set(folderId, state);
  }

  sameContent(hash: Uint8Array): number[] {
    const wanted = Buffer.from(hash).toString('hex');
    return [...this.photos].filter(([, row]) => row.hash === wanted).map(([id]) => id);
  }

  write(outcomes: readonly Outcome[]): DescribedPhoto[] {
    const described: DescribedPhoto[] = [];
    for (const outcome of outcomes) {
      const key = `${outcome.file.folderId}:${outcome.file.path}`;
      this.failures.delete(key);
      if (outcome.kind === 'failed') {
        this.failures.set(key, outcome);
        if (outcome.photoId !== null && !outcome.keep) this.photos.delete(outcome.photoId);
      } else if (outcome.kind === 'moved') {
        const row = this.photos.get(outcome.photoId);
        if (row) row.file = outcome.file;
      } else {
        const photoId = outcome.photoId ?? this.#next++;
        const source = outcome.kind === 'copied' ? this.photos.get(outcome.source) : undefined;
        const hash =
          outcome.kind === 'described' ? Buffer.from(outcome.content.hash).toString('hex') : source?.hash;
        const descriptor = outcome.kind === 'described' ? outcome.description.descriptor : source?.descriptor;
        if (!hash || !descriptor) throw new Error('no source');
        this.photos.set(photoId, { file: outcome.file, hash, descriptor });
        described.push({ photoId, descriptor });
      }
    }
    return described;
  }

  remove(photoIds: readonly number[], failures: readonly FileState[]): void {
    for (const id of photoIds) this.photos.delete(id);
    for (const { folderId, path } of failures) this.failures.delete(`${folderId}:${path}`);
  }
}
