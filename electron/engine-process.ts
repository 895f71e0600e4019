/**
 * The engine as main sees it: a process of plain Node that answers requests and is started again when it dies.
 * Nothing of Electron is in here.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { events, fromEngineSchema } from '../src/api.ts';
import type {
  EngineRequestName,
  EventData,
  EventName,
  FromEngine,
  Params,
  Result,
  ToEngine,
} from '../src/api.ts';
import { AkinError } from '../src/errors.ts';
import type { WireError } from '../src/api.ts';

export interface EngineCommand {
  /** A Node that can load the engine's addons. */
  node: string;
  script: string;
  env: NodeJS.ProcessEnv;
}

export type EngineState = EventData<'engine.state'>['state'];

interface EngineProcessEvents {
  event: [name: EventName, data: unknown];
}

interface Pending {
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
}

export interface RestartDelays {
  /** Milliseconds before the first restart; each one that follows waits twice as long. */
  first: number;
  longest: number;
  /** An engine that lived this long, in milliseconds, starts anew with the first delay. */
  healthy: number;
}

const usualDelays: RestartDelays = { first: 500, longest: 30_000, healthy: 60_000 };
/** Milliseconds that the engine has to write what it is at and to end. */
const stopTime = 5000;

/** An error of the engine, as it came over the channel. */
export class EngineError extends Error {
  readonly wire: WireError;

  constructor(wire: WireError) {
    super(wire.message);
    this.name = 'EngineError';
    this.wire = wire;
  }
}

export class EngineProcess extends EventEmitter<EngineProcessEvents> {
  readonly #command: EngineCommand;
  readonly #delays: RestartDelays;
  readonly #pending = new Map<number, Pending>();
  #child: ChildProcess | null = null;
  #state: EngineState = 'starting';
  #fatal: WireError | null = null;
  #nextId = 1;
  #failures = 0;
  #startedAt = 0;
  #restartTimer: NodeJS.Timeout | null = null;
  #stopping = false;

  constructor(command: EngineCommand, delays: RestartDelays = usualDelays) {
    super();
    this.#command = command;
    this.#delays = delays;
  }

  get state(): EngineState {
    return this.#state;
  }

  /** Undefined while none runs. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    const { node, script, env } = this.#command;
    this.#startedAt = performance.now();
    const child = spawn(node, [script], {
      env,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    this.#child = child;
    child.on('message', (message) => this.#receive(message));
    child.on('error', () => this.#gone(child));
    child.on('exit', () => this.#gone(child));
  }

  /**
   * Sends a request; while the engine starts, it waits.
   * @throws EngineError what the engine answers; AkinError `engine-gone` when it dies meanwhile, `cancelled`
   */
  async request<Name extends EngineRequestName>(
    name: Name,
    params: Params<Name>,
    signal?: AbortSignal,
  ): Promise<Result<Name>> {
    await this.#ready(signal);
    const id = this.#nextId++;
    const answer = new Promise<unknown>((resolve, reject) => this.#pending.set(id, { resolve, reject }));
    this.#send({ kind: 'request', id, name, params });
    const cancel = () => this.#send({ kind: 'cancel', id });
    signal?.addEventListener('abort', cancel);
    try {
      return (await answer) as Result<Name>;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Lets the engine end in order; it is killed when it takes too long. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#restartTimer) clearTimeout(this.#restartTimer);
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    this.#send({ kind: 'request', id: this.#nextId++, name: 'engine.stop', params: {} });
    const timer = setTimeout(() => child.kill('SIGKILL'), stopTime);
    await ended;
    clearTimeout(timer);
  }

  #ready(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (signal?.aborted) settle(() => reject(new AkinError('cancelled')));
        else if (this.#state === 'ready') settle(resolve);
        else if (this.#fatal) settle(() => reject(new EngineError(this.#fatal!)));
        else if (this.#stopping) settle(() => reject(new AkinError('engine-gone')));
      };
      const settle = (task: () => void) => {
        this.off('event', look);
        signal?.removeEventListener('abort', look);
        task();
      };
      this.on('event', look);
      signal?.addEventListener('abort', look);
      look();
    });
  }

  #send(message: ToEngine): void {
    if (this.#child?.connected) this.#child.send(message, () => undefined);
  }

  #receive(raw: unknown): void {
    const parsed = fromEngineSchema.safeParse(raw);
    if (parsed.success) this.#handle(parsed.data);
  }

  #handle(message: FromEngine): void {
    switch (message.kind) {
      case 'ready':
        this.#setState('ready');
        break;
      case 'fatal':
        this.#fatal = message.error;
        break;
      case 'result':
        this.#take(message.id)?.resolve(message.result);
        break;
      case 'error':
        this.#take(message.id)?.reject(new EngineError(message.error));
        break;
      case 'event': {
        if (!Object.hasOwn(events, message.name)) return;
        const name = message.name as EventName;
        const data = events[name].safeParse(message.data);
        if (data.success && name !== 'engine.state') this.emit('event', name, data.data);
      }
    }
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #gone(child: ChildProcess): void {
    if (child !== this.#child) return;
    this.#child = null;
    for (const { reject } of this.#pending.values()) reject(new AkinError('engine-gone'));
    this.#pending.clear();
    if (this.#stopping) return;
    if (this.#fatal) {
      this.#setState('failed');
      this.emit('event', 'library.notice', { code: this.#fatal.code, details: this.#fatal.details });
      return;
    }
    this.#setState('restarting');
    const { first, longest, healthy } = this.#delays;
    if (performance.now() - this.#startedAt > healthy) this.#failures = 0;
    const delay = Math.min(longest, first * 2 ** this.#failures++);
    this.#restartTimer = setTimeout(() => this.start(), delay);
  }

  #setState(state: EngineState): void {
    this.#state = state;
    this.emit('event', 'engine.state', { state });
  }
}
