/** One run, as long as it is looked at: its curves as they grow, its result, and what becomes of it. */
import type {
  Decision,
  Run,
  Split,
  TrainingExample,
  TrainingPoint,
  TrainingProgress,
} from '../../src/api-training.ts';
import type { WireError } from '../../src/api.ts';
import { formatDate, wallClock } from '../messages/formats.ts';
import { asWireError, bridge } from './bridge.ts';
import { complain } from './library.svelte.ts';
import { preferences } from './preferences.svelte.ts';
import { toasts } from './toasts.svelte.ts';

/** New points are shown at most this often, in milliseconds. */
const pointsInterval = 250;

export class RunView {
  readonly runId: number;
  run = $state.raw<Run | null>(null);
  points = $state.raw<readonly TrainingPoint[]>([]);
  split = $state.raw<Split | null>(null);
  progress = $state.raw<TrainingProgress | null>(null);
  /** Null until the engine has told. */
  examples = $state.raw<{ improved: TrainingExample[]; worse: TrainingExample[] } | null>(null);
  error = $state.raw<WireError | null>(null);
  /** What was asked for and goes on. */
  busy = $state<'cancel' | 'resume' | 'decide' | null>(null);
  #new: TrainingPoint[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(runId: number) {
    this.runId = runId;
  }

  /** Listens to the engine and asks for what there is; returns what ends the listening. */
  start(): () => void {
    const ends = [
      bridge.on('training.changed', () => void this.#read()),
      bridge.on('training.progress', (progress) => {
        if (progress.runId === this.runId) this.progress = progress;
      }),
      bridge.on('training.point', ({ runId, point }) => {
        if (runId === this.runId) this.#add(point);
      }),
      bridge.on('engine.state', ({ state }) => {
        if (state === 'ready') void this.#read();
      }),
    ];
    void this.#read();
    return () => {
      for (const end of ends) end();
      if (this.#timer) clearTimeout(this.#timer);
    };
  }

  async cancel(): Promise<void> {
    await this.#ask('cancel', () => bridge.request('training.cancel', {}));
  }

  async resume(): Promise<void> {
    await this.#ask('resume', () => bridge.request('training.resume', { runId: this.runId }));
  }

  async accept(): Promise<boolean> {
    const accepted = await this.#decide('accepted', this.nameNow());
    if (accepted) toasts.show(preferences.words.outcome.accepted);
    return accepted;
  }

  /** @throws what the engine refuses with: the dialog that asked for the name shows it */
  async keep(name: string): Promise<void> {
    const { runId } = this;
    this.run = await bridge.request('training.decide', { runId, decision: 'kept', name });
    toasts.show(preferences.words.outcome.keptDone(name));
  }

  async discard(): Promise<boolean> {
    const discarded = await this.#decide('discarded');
    if (!discarded) return false;
    const { words } = preferences;
    toasts.show(words.outcome.discarded, {
      action: { label: words.undo, run: () => void this.#restore() },
    });
    return true;
  }

  /** What a version of it is called until the user names it. */
  nameNow(): string {
    const today = wallClock(Date.now());
    return preferences.words.outcome.nameOf(formatDate(preferences.tag, today));
  }

  async #restore(): Promise<void> {
    const restored = await this.#decide(null);
    if (restored) toasts.show(preferences.words.outcome.restored);
  }

  async #decide(decision: Decision | null, name?: string): Promise<boolean> {
    const params = { runId: this.runId, decision, ...(name !== undefined && { name }) };
    const run = await this.#ask('decide', () => bridge.request('training.decide', params));
    if (run) this.run = run;
    return run !== null;
  }

  /** Points may come faster than is worth drawing. */
  #add(point: TrainingPoint): void {
    this.#new.push(point);
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.points = joined(this.points, this.#new);
      this.#new = [];
    }, pointsInterval);
  }

  async #ask<Result>(what: 'cancel' | 'resume' | 'decide', work: () => Promise<Result>) {
    this.busy = what;
    let result: Result | null = null;
    try {
      result = await work();
    } catch (thrown) {
      complain(thrown);
    }
    await this.#read();
    this.busy = null;
    return result;
  }

  async #read(): Promise<void> {
    const { runId } = this;
    try {
      const { run, points, split, progress } = await bridge.request('training.run', { runId });
      this.run = run;
      this.points = joined(points, this.#new);
      this.split = split;
      this.progress = progress;
      this.error = null;
      if (run.figures && !this.examples) this.examples = await bridge.request('training.examples', { runId });
    } catch (thrown) {
      const error = asWireError(thrown);
      // The engine comes back by itself, and says so.
      if (error.code !== 'engine-gone') this.error = error;
    }
  }
}

/** A run that was resumed takes steps once more that were lost: the later ones count. */
function joined(known: readonly TrainingPoint[], added: readonly TrainingPoint[]): readonly TrainingPoint[] {
  const points = [...known];
  for (const point of added) {
    while (points.length > 0 && points.at(-1)!.step >= point.step) points.pop();
    points.push(point);
  }
  return points;
}
