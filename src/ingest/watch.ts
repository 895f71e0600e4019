/**
 * Watches folders and asks for a scan when something in them changed. What changed is left to the scan, which finds
 * it out in a fraction of a second: a watcher loses events, and one that is only a bell cannot mislead.
 *
 * Where a folder cannot be watched (it is missing, the system's limit is reached, a network drive sends no events),
 * a scan is asked for at intervals instead, and watching is tried again each time.
 */
import { access } from 'node:fs/promises';
import path from 'node:path';
import { subscribe } from '@parcel/watcher';
import type { AsyncSubscription, Event } from '@parcel/watcher';
import { isPhotoName, isSkippedName } from './names.ts';

export interface WatchDelays {
  /** Milliseconds without a change before a scan is asked for. */
  quiet: number;
  /** Milliseconds after which a scan is asked for although changes keep coming. */
  longest: number;
  /** Milliseconds between looks at folders that cannot be watched or are gone. */
  retry: number;
}

const usualDelays: WatchDelays = { quiet: 1500, longest: 20_000, retry: 60_000 };

interface Watched {
  folder: string;
  subscription: AsyncSubscription | null;
  /** Since when changes wait for a scan; null when none do. */
  changedSince: number | null;
  timer: NodeJS.Timeout | null;
}

export class FolderWatch {
  readonly #onChange: (folder: string) => void;
  readonly #delays: WatchDelays;
  readonly #watched = new Map<string, Watched>();
  readonly #retry: NodeJS.Timeout;
  /** Subscriptions begin and end one after the other: the watcher is not made for both at once. */
  #work: Promise<void> = Promise.resolve();

  /** @param onChange gets the folder's path when a scan of it is due */
  constructor(onChange: (folder: string) => void, delays: WatchDelays = usualDelays) {
    this.#onChange = onChange;
    this.#delays = delays;
    this.#retry = setInterval(() => this.#lookAgain(), delays.retry);
    this.#retry.unref();
  }

  /** Whether changes in the folder are noticed at once, and not only at intervals. */
  isWatching(folder: string): boolean {
    return Boolean(this.#watched.get(folder)?.subscription);
  }

  /** Watches exactly these folders (absolute paths) from now on; never throws. */
  async setFolders(folders: readonly string[]): Promise<void> {
    const wanted = new Set(folders);
    for (const [folder, watched] of this.#watched) {
      if (!wanted.has(folder)) this.#forget(watched);
    }
    for (const folder of wanted) {
      if (this.#watched.has(folder)) continue;
      const watched: Watched = { folder, subscription: null, changedSince: null, timer: null };
      this.#watched.set(folder, watched);
      this.#subscribe(watched);
    }
    await this.#work;
  }

  async close(): Promise<void> {
    clearInterval(this.#retry);
    await this.setFolders([]);
  }

  #subscribe(watched: Watched): void {
    this.#queue(async () => {
      if (!this.#isCurrent(watched) || watched.subscription) return;
      watched.subscription = await subscribe(watched.folder, (error, events) =>
        this.#hear(watched, error, events),
      );
    });
  }

  #unsubscribe(watched: Watched): void {
    this.#queue(async () => {
      const subscription = watched.subscription;
      watched.subscription = null;
      await subscription?.unsubscribe();
    });
  }

  /** A folder that cannot be watched is looked at again later; that is no reason to stop. */
  #queue(task: () => Promise<void>): void {
    this.#work = this.#work.then(task).catch(() => undefined);
  }

  #forget(watched: Watched): void {
    this.#watched.delete(watched.folder);
    if (watched.timer) clearTimeout(watched.timer);
    this.#unsubscribe(watched);
  }

  #isCurrent(watched: Watched): boolean {
    return this.#watched.get(watched.folder) === watched;
  }

  #hear(watched: Watched, error: Error | null, events: readonly Event[]): void {
    const gone = events.some((event) => event.type === 'delete' && event.path === watched.folder);
    // After an error (too many events at once, the drive gone) the subscription may be dead: begin anew.
    if (error || gone) this.#unsubscribe(watched);
    if (error || gone || events.some((event) => matters(event, watched.folder))) this.#ring(watched);
  }

  #ring(watched: Watched): void {
    if (!this.#isCurrent(watched)) return;
    const now = performance.now();
    watched.changedSince ??= now;
    const wait = Math.min(this.#delays.quiet, Math.max(0, watched.changedSince + this.#delays.longest - now));
    if (watched.timer) clearTimeout(watched.timer);
    watched.timer = setTimeout(() => {
      watched.timer = null;
      watched.changedSince = null;
      this.#onChange(watched.folder);
    }, wait);
    watched.timer.unref();
  }

  #lookAgain(): void {
    for (const watched of this.#watched.values()) {
      this.#queue(async () => {
        const there = await access(watched.folder).then(
          () => true,
          () => false,
        );
        if (there && watched.subscription) return;
        // Gone since the last look, back again, or not watchable: each is for the scan to find out.
        const subscribed = watched.subscription;
        if (!there && subscribed) this.#unsubscribe(watched);
        if (there) this.#subscribe(watched);
        if (there || subscribed) this.#ring(watched);
      });
    }
  }
}

/** Other programs write all the time, Akin's own catalog among them: only what may be a photo or a folder counts. */
function matters({ path: changed, type }: Event, folder: string): boolean {
  const parts = path.relative(folder, changed).split(path.sep);
  if (parts.some((part) => isSkippedName(part))) return false;
  return type !== 'update' || isPhotoName(parts.at(-1) ?? '');
}
