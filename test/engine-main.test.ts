import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fromEngineSchema } from '../src/api.ts';
import type { FromEngine } from '../src/api.ts';
import { openCatalog } from '../src/catalog/catalog.ts';
import { smallPhoto } from './library-fixture.ts';
import { engineScript } from './processes/run.ts';

let root: string;
let library: string;
let photos: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'akin-engine-main-'));
  library = path.join(root, 'library');
  photos = path.join(root, 'photos');
  mkdirSync(photos);
});

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (hasEnded(child)) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  rmSync(root, { recursive: true, force: true });
});

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

class EngineChild {
  readonly child: ChildProcess;
  readonly heard: FromEngine[] = [];
  readonly exit: Promise<unknown[]>;

  constructor() {
    this.child = fork(engineScript, {
      serialization: 'advanced',
      env: { ...process.env, AKIN_LIBRARY: library },
    });
    children.push(this.child);
    this.exit = once(this.child, 'exit');
    this.child.on('message', (message) => this.heard.push(fromEngineSchema.parse(message)));
  }

  send(message: unknown): void {
    this.child.send(message as object);
  }

  /** Waits for the first message that matches. */
  async hears(expected: Partial<Record<string, unknown>>): Promise<FromEngine> {
    return vi.waitFor(() => {
      const found = this.heard.find((message) => matches(message, expected));
      if (!found) throw new Error(`Not heard: ${JSON.stringify(expected)} in ${JSON.stringify(this.heard)}`);
      return found;
    }, 30_000);
  }

  async ask(id: number, name: string, params: unknown = {}): Promise<FromEngine> {
    this.send({ kind: 'request', id, name, params });
    return this.hears({ id });
  }
}

function matches(message: FromEngine, expected: Partial<Record<string, unknown>>): boolean {
  return Object.entries(expected).every(
    ([key, value]) => (message as Record<string, unknown>)[key] === value,
  );
}

async function start(): Promise<EngineChild> {
  const engine = new EngineChild();
  await engine.hears({ kind: 'ready' });
  return engine;
}

/** Whether the engine that just ended closed its library. */
function closedCleanly(): boolean {
  const clean = !existsSync(path.join(library, 'owner.json'));
  openCatalog(library).catalog.close();
  return clean;
}

describe('the engine process', () => {
  it('gets ready, answers with plain data and typed arrays, and tells events', async () => {
    writeFileSync(path.join(photos, 'a.jpg'), await smallPhoto('black-canyon'));
    const engine = await start();
    expect(engine.heard[0]).toEqual({ kind: 'ready' });
    expect(await engine.ask(1, 'library.status')).toMatchObject({
      kind: 'result',
      result: { library, photos: 0, model: expect.stringContaining('mobilenet') },
    });
    expect(await engine.ask(2, 'folders.add', { path: photos })).toMatchObject({ result: { path: photos } });
    await vi.waitFor(
      () =>
        expect(engine.heard).toContainEqual({ kind: 'event', name: 'library.changed', data: { photos: 1 } }),
      30_000,
    );
    expect(engine.heard).toContainEqual(
      expect.objectContaining({ kind: 'event', name: 'indexing.progress' }),
    );
    const timeline = await engine.ask(3, 'photos.timeline');
    expect(timeline).toMatchObject({ result: { ids: new Float64Array([1]) } });
    expect(await engine.ask(4, 'photos.thumbnail', { photoId: 1 })).toMatchObject({
      result: { content: expect.any(Uint8Array), type: 'image/jpeg' },
    });
  });

  it('answers what it cannot do with an error, and overlooks what is no message', async () => {
    const engine = await start();
    for (const message of [null, 5, 'text', {}, { kind: 'request' }, { kind: 'request', id: 0, name: 'a' }])
      if (message !== null) engine.send(message);
    engine.send({ kind: 'cancel', id: 77 });
    expect(await engine.ask(1, 'no.such.thing')).toMatchObject({
      kind: 'error',
      error: { code: 'bad-request' },
    });
    expect(await engine.ask(2, 'photos.get', { photoId: 'a' })).toMatchObject({
      error: { code: 'bad-request' },
    });
    expect(await engine.ask(3, 'photos.get', { photoId: 1 })).toEqual({
      kind: 'error',
      id: 3,
      error: { code: 'photo-unknown', message: expect.any(String), details: {} },
    });
    expect(await engine.ask(4, 'folders.list')).toEqual({ kind: 'result', id: 4, result: [] });
  });

  it('stops a request that is cancelled', async () => {
    const engine = await start();
    engine.send({ kind: 'request', id: 1, name: 'samples.add', params: {} });
    engine.send({ kind: 'cancel', id: 1 });
    expect(await engine.hears({ id: 1 })).toMatchObject({ kind: 'error', error: { code: 'cancelled' } });
    expect(existsSync(path.join(library, 'samples'))).toBe(false);
  });

  it('of a library that is in use says who has it, and ends', async () => {
    const first = await start();
    const second = new EngineChild();
    expect(await second.hears({ kind: 'fatal' })).toMatchObject({
      error: { code: 'library-in-use', details: { path: library, holder: first.child.pid } },
    });
    expect((await second.exit)[0]).toBe(1);
    expect(await first.ask(1, 'folders.list')).toMatchObject({ kind: 'result' });
  });

  it('of a library that cannot be opened says why, and ends', async () => {
    writeFileSync(library, 'a file');
    const engine = new EngineChild();
    expect(await engine.hears({ kind: 'fatal' })).toMatchObject({
      error: { code: 'library-read-only', details: { path: library } },
    });
    expect((await engine.exit)[0]).toBe(1);
  });

  it.each<[string, (engine: EngineChild) => void]>([
    ['is told to', (engine) => engine.send({ kind: 'request', id: 9, name: 'engine.stop', params: {} })],
    ['its parent hangs up', (engine) => engine.child.disconnect()],
    ['it is terminated', (engine) => void engine.child.kill('SIGTERM')],
  ])('closes its library and ends when %s, also in the midst of work', async (_, stop) => {
    for (let at = 0; at < 12; at++)
      writeFileSync(path.join(photos, `${at}.jpg`), await smallPhoto('black-canyon', 300 + at));
    const engine = await start();
    await engine.ask(1, 'folders.add', { path: photos });
    await vi.waitFor(
      () => expect(engine.heard).toContainEqual(expect.objectContaining({ name: 'indexing.progress' })),
      30_000,
    );
    stop(engine);
    expect(await engine.exit).toEqual([0, null]);
    expect(closedCleanly()).toBe(true);
  });

  it('ends when its parent hung up before it was ready', async () => {
    const engine = new EngineChild();
    engine.child.disconnect();
    expect(await engine.exit).toEqual([0, null]);
    expect(closedCleanly()).toBe(true);
  });

  it('that was killed leaves a library that the next one goes on with', async () => {
    const count = 12;
    for (let at = 0; at < count; at++)
      writeFileSync(path.join(photos, `${at}.jpg`), await smallPhoto('black-canyon', 300 + at));
    const killed = await start();
    await killed.ask(1, 'folders.add', { path: photos });
    await vi.waitFor(
      () =>
        expect(killed.heard).toContainEqual(
          expect.objectContaining({
            name: 'indexing.progress',
            data: expect.objectContaining({ phase: 'indexing' }),
          }),
        ),
      30_000,
    );
    killed.child.kill('SIGKILL');
    await killed.exit;
    const next = await start();
    let id = 0;
    await expect
      .poll(async () => next.ask(++id, 'library.status'), { timeout: 30_000 })
      .toMatchObject({ result: { photos: count, indexed: count, progress: { phase: 'idle' } } });
    expect(next.heard.filter((message) => matches(message, { name: 'library.notice' }))).toEqual([]);
  });
});
