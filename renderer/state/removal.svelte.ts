/** What the user wants removed, the removing, and what was removed before. */
import type {
  DuplicateKind,
  Removal,
  RemovalParams,
  RemovalProgress,
  RemovalResult,
  UndoResult,
} from '../../src/api-duplicates.ts';
import {
  allMarked,
  handOver,
  keepMarked,
  markedBytes,
  nothingMarked,
  toggleGroup,
  toggleMarked,
} from '../layout/marked-photos.ts';
import type { Marked } from '../layout/marked-photos.ts';
import { formatBytes } from '../messages/formats.ts';
import { bridge } from './bridge.ts';
import { duplicates } from './duplicates.svelte.ts';
import { complain } from './library.svelte.ts';
import { preferences } from './preferences.svelte.ts';
import { toasts } from './toasts.svelte.ts';

export type Way = 'trash' | 'folder';
type Failed = RemovalResult['failed'];
type Handed = Parameters<typeof handOver>[1];

class Removals {
  /** By the kind of the groups: what is marked among identical photos says nothing about same scenes. */
  #marked = $state.raw<Partial<Record<DuplicateKind, Marked>>>({});
  /** Of those, the ones that may be removed from the groups as they are. */
  readonly marked = $derived.by(() => {
    const marked = this.#marked[duplicates.kind];
    return marked && duplicates.kind === duplicates.shownKind
      ? keepMarked(marked, duplicates.result?.groups ?? [])
      : nothingMarked;
  });
  readonly bytes = $derived(markedBytes(this.marked));
  progress = $state.raw<RemovalProgress>({ phase: 'idle', done: 0, total: 0, rate: 0, etaSeconds: null });
  /** Whether photos are removed or put back, and the answer has not come yet. */
  busy = $state(false);
  mergeMetadata = $state(true);
  /** Newest first; null until the engine has told. */
  list = $state.raw<readonly Removal[] | null>(null);
  /** What could not be done, for the user to read. */
  failed = $state.raw<{ title: string; failed: Failed } | null>(null);

  /** Listens to the engine; returns what ends that. */
  start(): () => void {
    return bridge.on('removal.progress', (progress) => (this.progress = progress));
  }

  toggle(photoId: number, bytes: number): void {
    this.#mark(toggleMarked(this.marked, photoId, bytes));
  }

  toggleGroup(groupId: number): void {
    const group = duplicates.result?.groups.find(({ id }) => id === groupId);
    if (group) this.#mark(toggleGroup(this.marked, group));
  }

  clear(): void {
    this.#mark(nothingMarked);
  }

  /** Another photo of a group is kept. */
  handOver(before: Handed, after: Handed): void {
    this.#mark(handOver(this.marked, before, after));
  }

  /** Does something to the rules; where all was marked that they would remove, so it is afterwards. */
  async follow(change: () => Promise<void>): Promise<void> {
    const { kind, result } = duplicates;
    const all = kind !== 'same-scene' && allMarked(this.marked, result?.groups ?? []);
    await change();
    if (all && kind === duplicates.kind) await this.#propose();
  }

  async selectByRules(): Promise<void> {
    const proposed = await this.#propose();
    if (!proposed) return;
    const { words, tag } = preferences;
    toasts.show(words.removal.proposed(proposed.photoIds.length, formatBytes(tag, proposed.bytes)));
  }

  async remove(way: Way): Promise<void> {
    const { words, tag } = preferences;
    const params: RemovalParams = {
      ...duplicates.scope,
      photoIds: [...this.marked.keys()],
      mergeMetadata: this.mergeMetadata,
    };
    const result = await this.#work(() =>
      way === 'trash' ? bridge.request('removal.trash', params) : bridge.moveDuplicates(params),
    );
    // What comes back is not to be removed again without a word.
    if (result) this.clear();
    await duplicates.refresh();
    if (!result) return;
    const { removal, failed } = result;
    if (removal) {
      const word = way === 'trash' ? words.removal.trashed : words.removal.moved;
      toasts.show(word(removal.photos, formatBytes(tag, removal.bytes)), {
        action: { label: words.undo, run: () => void this.undo(removal.id) },
      });
    }
    this.#tell(words.removal.failed, failed);
  }

  async cancel(): Promise<void> {
    try {
      await bridge.request('removal.cancel', {});
    } catch (thrown) {
      complain(thrown);
    }
  }

  async undo(removalId: number): Promise<void> {
    const result: UndoResult | null = await this.#work(() => bridge.request('removal.undo', { removalId }));
    await Promise.all([duplicates.refresh(), this.read()]);
    if (!result) return;
    const { words } = preferences;
    if (result.restored > 0) toasts.show(words.removal.restored(result.restored));
    this.#tell(words.removal.failedRestoring, result.failed);
  }

  async read(): Promise<void> {
    try {
      this.list = await bridge.request('removal.list', {});
    } catch (thrown) {
      complain(thrown);
    }
  }

  async #propose() {
    try {
      const { kind } = duplicates;
      const proposed = await bridge.request('removal.propose', duplicates.scope);
      await duplicates.refresh();
      if (kind !== duplicates.kind) return null;
      this.#mark(new Map(proposed.photoIds.map((photoId) => [photoId, 0])));
      return proposed;
    } catch (thrown) {
      complain(thrown);
      return null;
    }
  }

  async #work<Result>(work: () => Promise<Result>): Promise<Result | null> {
    if (this.busy) return null;
    this.busy = true;
    try {
      return await work();
    } catch (thrown) {
      complain(thrown);
      return null;
    } finally {
      this.busy = false;
    }
  }

  #tell(word: (count: number) => string, failed: Failed): void {
    if (failed.length > 0) this.failed = { title: word(failed.length), failed };
  }

  #mark(marked: Marked): void {
    this.#marked = { ...this.#marked, [duplicates.kind]: marked };
  }
}

export const removal = new Removals();
