/** What there is to learn from, how it is to be done, and the runs: all but the one that is looked at. */
import type {
  BackendState,
  Depth,
  Judgement,
  Readiness,
  Run,
  TrainingProgress,
  TrainingSettings,
} from '../../src/api-training.ts';
import type { WireError } from '../../src/api.ts';
import { asWireError, bridge } from './bridge.ts';
import { complain } from './library.svelte.ts';
import { preferences } from './preferences.svelte.ts';
import { toasts } from './toasts.svelte.ts';

/** What the engine would take, too. */
const usual: TrainingSettings = {
  source: 'albums',
  albumIds: null,
  depth: 'head',
  loss: 'batch-hard',
  margin: 'soft',
  distance: 'euclidean',
  sampling: 'random',
  backend: null,
  seed: 1,
  heldOut: 0.25,
  steps: null,
  judgements: true,
  unlabelled: true,
};

/** Those that the user seldom changes. */
const advanced = [
  'loss',
  'margin',
  'distance',
  'sampling',
  'seed',
  'heldOut',
  'steps',
  'judgements',
  'unlabelled',
] as const;

class Training {
  settings = $state.raw<TrainingSettings>(usual);
  /** Of `settings.source`; null until the engine has told. */
  readiness = $state.raw<Readiness | null>(null);
  /** Why the engine did not tell what there is to learn from. */
  refused = $state.raw<WireError | null>(null);
  /** Null until the engine has measured them. */
  backends = $state.raw<readonly BackendState[] | null>(null);
  /** Newest first; null until the engine has told. */
  runs = $state.raw<readonly Run[] | null>(null);
  /** Of the run that goes on. */
  progress = $state.raw<TrainingProgress | null>(null);
  starting = $state(false);
  /** Counts up whenever judgements may have changed. */
  judged = $state(0);
  /** What is asked for over and over: one at a time, and once more where it may have changed meanwhile. */
  readonly #asking = { readiness: false, backends: false };
  readonly #stale = { readiness: false, backends: false };

  readonly running = $derived(this.runs?.find(isGoingOn) ?? null);
  /** The newest run, where its result waits for the user. */
  readonly undecided = $derived(this.runs?.find(isUndecided) ?? null);
  readonly isUsual = $derived(advanced.every((key) => this.settings[key] === usual[key]));

  /** Listens to the engine and asks for what there is; returns what ends the listening. */
  start(): () => void {
    const ends = [
      bridge.on('training.changed', () => void this.#readRuns()),
      bridge.on('training.progress', (progress) => (this.progress = progress)),
      bridge.on('judgements.changed', () => (this.judged += 1)),
      bridge.on('engine.state', ({ state }) => {
        if (state === 'ready') void this.#readRuns();
      }),
    ];
    void this.#readRuns();
    return () => {
      for (const end of ends) end();
    };
  }

  change(changes: Partial<TrainingSettings>): void {
    const source = changes.source ?? this.settings.source;
    if (source !== this.settings.source) this.readiness = this.refused = null;
    this.settings = { ...this.settings, ...changes };
  }

  /** Where a run of this depth would be computed; null where that is not possible, or not known yet. */
  backendFor(depth: Depth): BackendState | null {
    const { backend } = this.settings;
    if (backend === null) return this.fastestFor(depth);
    return this.backends?.find((state) => state.available && state.backend === backend) ?? null;
  }

  fastestFor(depth: Depth): BackendState | null {
    const time = ({ seconds }: BackendState) => seconds?.[depth] ?? Infinity;
    const available = this.backends?.filter((state) => state.available) ?? [];
    return available.toSorted((a, b) => time(a) - time(b))[0] ?? null;
  }

  /** Sets back what is advanced. */
  setBack(): void {
    const kept = { source: this.settings.source, depth: this.settings.depth, backend: this.settings.backend };
    this.settings = { ...usual, ...kept };
  }

  /** Asks what there is to learn from, and how long that takes; what is known stays until the answer comes. */
  async look(): Promise<void> {
    await Promise.all([
      this.#again('readiness', () => this.#readReadiness()),
      this.#again('backends', () => this.#readBackends()),
    ]);
  }

  /** Begins a run, and tells its id; null where that is refused, which the user is told. */
  async begin(): Promise<number | null> {
    this.starting = true;
    const run = await this.#ask(() => bridge.request('training.start', this.settings));
    await this.#readRuns();
    this.starting = false;
    return run?.id ?? null;
  }

  /** Takes a judgement back. */
  async takeBack({ photoIds, same }: Judgement): Promise<void> {
    const [one, other] = photoIds;
    await this.#ask(async () => {
      await bridge.request('judgements.set', { photoIds: [one, other], same: null });
      const { words } = preferences;
      toasts.show(words.training.takenBack, {
        action: { label: words.undo, run: () => void this.#judgeAgain([one, other], same) },
      });
    });
  }

  async #judgeAgain(photoIds: [number, number], same: boolean): Promise<void> {
    await this.#ask(async () => {
      await bridge.request('judgements.set', { photoIds, same });
      toasts.show(preferences.words.training.givenAgain);
    });
  }

  /** While photos are read, much changes: questions must not pile up. */
  async #again(what: 'readiness' | 'backends', ask: () => Promise<void>): Promise<void> {
    this.#stale[what] = true;
    if (this.#asking[what]) return;
    this.#asking[what] = true;
    while (this.#stale[what]) {
      this.#stale[what] = false;
      await ask();
    }
    this.#asking[what] = false;
  }

  async #readReadiness(): Promise<void> {
    const { source } = this.settings;
    try {
      const readiness = await bridge.request('training.readiness', { source });
      if (source !== this.settings.source) return;
      this.readiness = readiness;
      this.refused = null;
    } catch (thrown) {
      const error = asWireError(thrown);
      // The engine comes back by itself, and says so.
      if (error.code !== 'engine-gone' && source === this.settings.source) this.refused = error;
    }
  }

  async #readBackends(): Promise<void> {
    const backends = await this.#ask(() => bridge.request('training.backends', {}));
    if (backends) this.backends = backends;
  }

  async #readRuns(): Promise<void> {
    try {
      this.runs = await bridge.request('training.runs', {});
      if (!this.running) this.progress = null;
    } catch (thrown) {
      // The engine comes back by itself, and says so.
      if (asWireError(thrown).code !== 'engine-gone') complain(thrown);
    }
  }

  async #ask<Result>(work: () => Promise<Result>): Promise<Result | null> {
    try {
      return await work();
    } catch (thrown) {
      if (asWireError(thrown).code !== 'engine-gone') complain(thrown);
      return null;
    }
  }
}

export const training = new Training();

export function isGoingOn({ state }: Run): boolean {
  return state === 'preparing' || state === 'training';
}

/** Whether there is a result that the user has not decided about. */
export function isUndecided({ state, figures, decision }: Run): boolean {
  return state === 'done' && figures !== null && decision === null;
}
