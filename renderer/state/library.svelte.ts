/** What the engine says about the library: its folders, its timeline, what it is doing. */
import type { EventData, Folder, Progress, Status, Timeline, WireError } from '../../src/api.ts';
import { wordError } from '../messages/languages.ts';
import { asWireError, bridge } from './bridge.ts';
import { preferences } from './preferences.svelte.ts';
import { toasts } from './toasts.svelte.ts';

type EngineState = EventData<'engine.state'>['state'];

/** While photos stream in, the timeline is asked for again at most this often, in milliseconds. */
const refreshInterval = 1500;

class Library {
  status = $state.raw<Status | null>(null);
  folders = $state.raw<readonly Folder[]>([]);
  progress = $state.raw<Progress>({ phase: 'idle', done: 0, total: 0, failed: 0, rate: 0, etaSeconds: null });
  engine = $state.raw<EngineState>('starting');
  /** Why the library cannot be opened. */
  error = $state.raw<WireError | null>(null);
  /** The timeline of `shownFolder`; null until it has arrived. */
  timeline = $state.raw<Timeline | null>(null);
  /** Whose photos the grid shows; null for all. */
  shownFolder = $state.raw<number | null>(null);
  /** Counts up whenever photos may have changed. */
  version = $state.raw(0);
  /** Counts up whenever an engine starts: it knows nothing of what the one before was told to remember. */
  engineStarts = 0;
  #refreshTimer: ReturnType<typeof setTimeout> | null = null;

  readonly failed = $derived(Math.max(this.status?.failed ?? 0, this.progress.failed));

  /** Listens to the engine and asks for what there is; returns what ends the listening. */
  start(): () => void {
    const ends = [
      bridge.on('indexing.progress', (progress) => {
        const ended = progress.phase === 'idle' && this.progress.phase !== 'idle';
        this.progress = progress;
        if (ended) this.#refreshSoon();
      }),
      bridge.on('library.changed', () => this.#refreshSoon()),
      bridge.on('library.notice', ({ code, details }) => {
        toasts.show(wordError(preferences.words, { code, message: code, details }), { serious: true });
      }),
      bridge.on('engine.state', ({ state }) => {
        const back = state === 'ready' && this.engine !== 'ready';
        if (state === 'restarting') this.engineStarts += 1;
        this.engine = state;
        if (back) void this.refresh();
      }),
    ];
    void this.refresh();
    return () => {
      for (const end of ends) end();
      if (this.#refreshTimer) clearTimeout(this.#refreshTimer);
    };
  }

  /** Asks for everything again. */
  async refresh(): Promise<void> {
    try {
      const [status, folders] = await Promise.all([
        bridge.request('library.status', {}),
        bridge.request('folders.list', {}),
      ]);
      this.status = status;
      this.progress = status.progress;
      this.folders = folders;
      this.error = null;
      this.engine = 'ready';
      if (!this.#knows(this.shownFolder)) this.shownFolder = null;
      await this.#readTimeline();
      this.version += 1;
    } catch (thrown) {
      const error = asWireError(thrown);
      // The engine comes back by itself, and says so: then everything is asked for again.
      if (error.code !== 'engine-gone') this.error = error;
    }
  }

  /** Shows one folder's photos, or all with null. */
  async show(wanted: number | null): Promise<void> {
    // A page in the history may be of a folder that was removed since.
    const folderId = this.#knows(wanted) ? wanted : null;
    if (folderId === this.shownFolder && this.timeline) return;
    this.shownFolder = folderId;
    this.timeline = null;
    try {
      await this.#readTimeline();
    } catch (thrown) {
      complain(thrown);
    }
  }

  #knows(folderId: number | null): boolean {
    return folderId === null || this.folders.some(({ id }) => id === folderId);
  }

  async #readTimeline(): Promise<void> {
    const folderId = this.shownFolder;
    const timeline = await bridge.request('photos.timeline', folderId === null ? {} : { folderId });
    if (folderId === this.shownFolder) this.timeline = timeline;
  }

  #refreshSoon(): void {
    this.#refreshTimer ??= setTimeout(() => {
      this.#refreshTimer = null;
      void this.refresh();
    }, refreshInterval);
  }
}

/** Tells the user what went wrong with something that they asked for. */
export function complain(thrown: unknown): void {
  const error = asWireError(thrown);
  if (error.code !== 'cancelled') toasts.show(wordError(preferences.words, error), { serious: true });
}

export const library = new Library();
