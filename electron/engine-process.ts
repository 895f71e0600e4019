/**
 * The engine as seen from the main process: a child that is started, asked, heard, started again when it dies, and
 * stopped. Nothing here needs Electron.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { events, fromEngineSchema, mainRequests, requests } from '../src/api.ts';
import type {
  EngineRequestName,
  EventData,
  EventName,
  FromEngine,
  Params,
  Result,
  ToEngine,
  WireError,
} from '../src/api.ts';
import { AkinError } from '../src/errors.ts';
import { EngineError, toWire } from './wire-error.ts';

export interface EngineOptions {
  /** A Node >= 22. */
  command: string;
  /** The engine's bundle. */
  script: string;
  environment: NodeJS.ProcessEnv;
  /** Moves a file to the system's trash, for the engine. */
  trash?: (path: string) => Promise<void>;
  /** Milliseconds before the next start after so many failures in a row, 1 and up. */
  delay?: (failures: number) => number;
  /** Milliseconds that the engine gets to close its library before it is killed. */
  patience?: number;
}

export type Listener = <Name extends EventName>(name: Name, data: EventData<Name>) => void;

interface Call {
  name: EngineRequestName;
  params: unknown;
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
}

const contract = { ...requests, ...mainRequests };
const defaultPatience = 10_000;
/** An engine that was ready for this long, in milliseconds, was not failing to start. */
const steady = 30_000;

/** 0.5 s, 1 s, 2 s, ... up to 30 s. */
export function restartDelay(failures: number): number {
  return Math.min(30_000, 500 * 2 ** (failures - 1));
}

export class EngineProcess {
  readonly #options: EngineOptions;
  readonly #listener: Listener;
  readonly #calls = new Map<number, Call>();
  #nextId = 1;
  #child: ChildProcess | null = null;
  #state: 'new' | 'starting' | 'ready' | 'restarting' | 'failed' | 'stopped' = 'new';
  #failures = 0;
  #readySince = 0;
  #restart: NodeJS.Timeout | undefined;

  constructor(options: EngineOptions, listener: Listener) {
    this.#options = options;
    this.#listener = listener;
  }

  /** Of the running child. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    if (this.#child || this.#state === 'stopped') return;
    if (this.#state !== 'restarting') this.#tell('starting');
    const { command, script, environment } = this.#options;
    const child = spawn(command, [script], {
      env: environment,
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      windowsHide: true,
    });
    this.#child = child;
    let fatal: WireError | null = null;
    child.on('message', (raw) => {
      const parsed = fromEngineSchema.safeParse(raw);
      if (!parsed.success)
        return console.error('A message of the engine was not understood:', parsed.error.message);
      if (parsed.data.kind === 'fatal') fatal = parsed.data.error;
      else if (parsed.data.kind === 'trash') void this.#trash(child, parsed.data);
      else this.#heard(parsed.data);
    });
    // A child that cannot be started emits `error` and never `exit`.
    child.on('error', (error) => {
      if (child.pid === undefined) this.#ended(child, toWire(error));
    });
    child.on('exit', () => this.#ended(child, fatal));
    // An engine that hung up is of no more use.
    child.on('disconnect', () => {
      const kill = setTimeout(() => child.kill('SIGKILL'), this.#options.patience ?? defaultPatience);
      child.once('exit', () => clearTimeout(kill));
    });
  }

  /**
   * Waits for an engine that is starting; starts one that had failed.
   * @throws EngineError what the engine answered; AkinError `cancelled` when aborted, `engine-gone` when the engine
   *   died meanwhile or was stopped, `internal` for a result outside the schema
   */
  request<Name extends EngineRequestName>(
    name: Name,
    params: Params<Name>,
    signal?: AbortSignal,
  ): Promise<Result<Name>> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    if (signal?.aborted) reject(new AkinError('cancelled'));
    else if (this.#state === 'stopped') reject(new AkinError('engine-gone'));
    else {
      const id = this.#nextId++;
      const abort = () => {
        if (!this.#calls.delete(id)) return;
        if (this.#state === 'ready') this.#send({ kind: 'cancel', id });
        reject(new AkinError('cancelled'));
      };
      signal?.addEventListener('abort', abort, { once: true });
      const done = () => signal?.removeEventListener('abort', abort);
      promise.then(done, done);
      this.#calls.set(id, { name, params, resolve, reject });
      if (this.#state === 'ready') this.#send({ kind: 'request', id, name, params });
      else if (this.#state === 'failed') this.start();
    }
    return promise as Promise<Result<Name>>;
  }

  /** Lets the engine close its library; one that does not is killed. No restart follows. */
  async stop(): Promise<void> {
    clearTimeout(this.#restart);
    this.#state = 'stopped';
    this.#rejectAll(new AkinError('engine-gone'));
    const child = this.#child;
    if (!child || child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    const kill = setTimeout(() => child.kill('SIGKILL'), this.#options.patience ?? defaultPatience);
    this.#send({ kind: 'request', id: this.#nextId++, name: 'engine.stop', params: {} });
    await exit;
    clearTimeout(kill);
  }

  /** Only the engine can ask for it: by the channel to its own process. */
  async #trash(child: ChildProcess, { id, path }: Extract<FromEngine, { kind: 'trash' }>): Promise<void> {
    let answer: ToEngine = { kind: 'trashed', id };
    try {
      const { trash } = this.#options;
      if (!trash) throw new AkinError('internal', { reason: 'there is no trash' });
      await trash(path);
    } catch (error) {
      answer = { ...answer, error: toWire(error) };
    }
    child.send(answer, () => undefined);
  }

  #heard(message: Exclude<FromEngine, { kind: 'fatal' | 'trash' }>): void {
    if (this.#state === 'stopped') return;
    if (message.kind === 'event') return this.#pass(message.name, message.data);
    if (message.kind === 'ready') {
      this.#readySince = Date.now();
      this.#tell('ready');
      for (const [id, { name, params }] of this.#calls) this.#send({ kind: 'request', id, name, params });
      return;
    }
    const call = this.#calls.get(message.id);
    // Answers to what was cancelled meanwhile come too late.
    if (!call) return;
    this.#calls.delete(message.id);
    if (message.kind === 'error') return call.reject(new EngineError(message.error));
    const result = contract[call.name].result.safeParse(message.result);
    if (result.success) call.resolve(result.data);
    else call.reject(new AkinError('internal', { reason: `${call.name}: ${result.error.message}` }));
  }

  #pass(name: string, data: unknown): void {
    // What the engine is, only this side knows.
    if (!Object.hasOwn(events, name) || name === 'engine.state') return;
    const known = name as EventName;
    const parsed = events[known].safeParse(data);
    if (parsed.success) this.#listener(known, parsed.data as EventData<typeof known>);
    else console.error(`The event ${name} was not understood:`, parsed.error.message);
  }

  #ended(child: ChildProcess, fatal: WireError | null): void {
    if (child !== this.#child) return;
    this.#child = null;
    if (this.#state === 'stopped') return;
    if (fatal) {
      this.#rejectAll(new EngineError(fatal));
      return this.#tell('failed', fatal);
    }
    const lasted = this.#state === 'ready' && Date.now() - this.#readySince >= steady;
    this.#failures = lasted ? 1 : this.#failures + 1;
    this.#rejectAll(new AkinError('engine-gone'));
    this.#tell('restarting');
    this.#restart = setTimeout(() => this.start(), (this.#options.delay ?? restartDelay)(this.#failures));
  }

  #send(message: ToEngine): void {
    // A channel that closed under our hands is followed by `exit`, which rejects what waits.
    this.#child?.send(message, () => undefined);
  }

  #rejectAll(error: Error): void {
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const call of calls) call.reject(error);
  }

  #tell(state: EventData<'engine.state'>['state'], error?: WireError): void {
    this.#state = state;
    this.#listener('engine.state', error ? { state, error } : { state });
  }
}
