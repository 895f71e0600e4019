/** The duplicates that Akin found: their groups, the finding, and what the user decides about them. */
import type {
  DuplicateGroup,
  DuplicateGroups,
  DuplicateKind,
  DuplicateScope,
  DuplicatesProgress,
  KeepRules,
} from '../../src/api-duplicates.ts';
import { standardStrictness } from '../../src/limits.ts';
import { asWireError, bridge } from './bridge.ts';
import { complain, library } from './library.svelte.ts';
import { preferences } from './preferences.svelte.ts';
import { toasts } from './toasts.svelte.ts';

export const duplicateKinds = ['identical', 'near-duplicate', 'same-scene'] as const;
type DuplicatesOrder = 'size' | 'certainty';

class Duplicates {
  kind = $state<DuplicateKind>('identical');
  order = $state<DuplicatesOrder>('size');
  strictness = $state(standardStrictness);
  /** Null until the engine has told. */
  result = $state.raw<DuplicateGroups | null>(null);
  /** Of which kind the groups are. */
  shownKind = $state.raw<DuplicateKind>('identical');
  progress = $state.raw<DuplicatesProgress>({ phase: 'idle', done: 0, total: 0, rate: 0, etaSeconds: null });
  /** Whether they are looked for, now and whenever there are new photos. */
  asked = $state(false);
  /** Groups of identical photos and near-duplicates, at the usual strictness. */
  count = $state(0);
  rules = $state.raw<KeepRules | null>(null);
  /** Counts up whenever groups may have changed. */
  version = $state(0);
  /** The group that is or was looked at last. */
  reviewed = $state<number | null>(null);
  #reading: Promise<void> | null = null;
  #again = false;
  /** Whether the progress and the count are to be asked for, too. */
  #changed = true;

  get scope(): DuplicateScope {
    return { kind: this.kind, strictness: this.strictness };
  }

  /** Listens to the engine and asks for what there is; returns what ends the listening. */
  start(): () => void {
    const ends = [
      bridge.on('duplicates.changed', () => void this.refresh()),
      bridge.on('duplicates.progress', (progress) => {
        const ended = progress.phase === 'idle' && this.progress.phase !== 'idle';
        this.progress = progress;
        if (ended) void this.refresh();
      }),
      bridge.on('engine.state', ({ state }) => {
        if (state === 'ready') void this.refresh();
      }),
    ];
    void this.refresh();
    return () => {
      for (const end of ends) end();
    };
  }

  /** Asks for everything again. */
  refresh(): Promise<void> {
    this.#changed = true;
    return this.#readSoon();
  }

  /** While that goes on, only once more however often it is wanted. */
  #readSoon(): Promise<void> {
    if (this.#reading) {
      this.#again = true;
      return this.#reading;
    }
    this.#reading = this.#readAll();
    return this.#reading;
  }

  async find(): Promise<void> {
    this.asked = true;
    await this.#ask(() => bridge.request('duplicates.find', {}));
  }

  async cancel(): Promise<void> {
    await this.#ask(() => bridge.request('duplicates.cancel', {}));
    await this.refresh();
  }

  show(wanted: { kind?: DuplicateKind; order?: DuplicatesOrder; strictness?: number }): void {
    this.kind = wanted.kind ?? this.kind;
    this.order = wanted.order ?? this.order;
    this.strictness = wanted.strictness ?? this.strictness;
    void this.#readSoon();
  }

  /** Which of the groups is looked at, in words. */
  place(): string {
    const groups = this.result?.groups ?? [];
    const index = groups.findIndex(({ id }) => id === this.reviewed);
    return index < 0 ? '' : preferences.words.duplicates.group(index + 1, groups.length);
  }

  /** Makes a photo the keeper of its group. Null where that is refused, which the user is told. */
  choose(photoId: number): Promise<DuplicateGroup | null> {
    return this.#ask(() => bridge.request('duplicates.choose', { ...this.scope, photoId }));
  }

  /** Lets the rules choose the keeper. */
  unchoose(photoId: number): Promise<DuplicateGroup | null> {
    return this.#ask(() => bridge.request('duplicates.unchoose', { ...this.scope, photoId }));
  }

  /** These photos are no duplicates. Whether they are not shown any more. */
  async dismiss(photoIds: readonly number[]): Promise<boolean> {
    const dismissal = await this.#ask(() =>
      bridge.request('duplicates.dismiss', { photoIds: [...photoIds] }),
    );
    if (!dismissal) return false;
    await this.refresh();
    const { words } = preferences;
    toasts.show(words.duplicates.dismissed, {
      action: { label: words.undo, run: () => void this.#undismiss(dismissal.dismissalId) },
    });
    return true;
  }

  async #undismiss(dismissalId: number): Promise<void> {
    const done = await this.#ask(() => bridge.request('duplicates.undismiss', { dismissalId }));
    if (!done) return;
    await this.refresh();
    toasts.show(preferences.words.duplicates.undismissed);
  }

  async readRules(): Promise<void> {
    this.rules = await this.#ask(() => bridge.request('keep-rules.get', {}));
  }

  async setRules(rules: KeepRules): Promise<void> {
    this.rules = rules;
    await this.#ask(() => bridge.request('keep-rules.set', rules));
    await this.refresh();
  }

  /** Whether photos of a folder are never removed. */
  async protect(folderId: number, wanted: boolean): Promise<void> {
    const role = wanted ? 'protected' : 'normal';
    await this.#ask(() => bridge.request('folders.set-role', { folderId, role }));
    await library.refresh();
    await this.refresh();
  }

  async export(format: 'csv' | 'json'): Promise<void> {
    const scope = { ...this.scope, order: this.order };
    const name = await this.#ask(() => bridge.exportDuplicates(scope, format));
    if (name !== null) toasts.show(preferences.words.duplicates.exported(name));
  }

  async #ask<Result>(work: () => Promise<Result>): Promise<Result | null> {
    try {
      return await work();
    } catch (thrown) {
      complain(thrown);
      return null;
    }
  }

  async #readAll(): Promise<void> {
    try {
      do {
        this.#again = false;
        await this.#read();
      } while (this.#again);
    } catch (thrown) {
      // The engine comes back by itself, and says so.
      if (asWireError(thrown).code !== 'engine-gone') complain(thrown);
    } finally {
      this.#reading = null;
    }
  }

  /** What does not depend on how one looks at the groups. */
  async #readProgress(): Promise<void> {
    this.#changed = false;
    const { asked, groups, ...progress } = await bridge.request('duplicates.progress', {});
    this.asked = asked;
    this.count = groups;
    this.progress = progress;
  }

  async #read(): Promise<void> {
    const { scope, order } = this;
    if (this.#changed) await this.#readProgress();
    const result = await bridge.request('duplicates.list', { ...scope, order });
    // What was asked for since is on its way.
    if (this.kind !== scope.kind) return;
    this.result = result;
    this.shownKind = scope.kind;
    this.version += 1;
  }
}

export const duplicates = new Duplicates();
