import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EngineProcess, restartDelay } from '../../electron/engine-process.ts';
import type { EngineOptions } from '../../electron/engine-process.ts';
import { EngineError } from '../../electron/wire-error.ts';
import { openCatalog } from '../../src/catalog/catalog.ts';
import { AkinError } from '../../src/errors.ts';
import { smallPhoto } from '../library-fixture.ts';
import { engineScript } from '../processes/run.ts';

let root: string;
let library: string;
let photos: string;
let heard: [name: string, data: unknown][];
const engines: EngineProcess[] = [];

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'akin-engine-process-'));
  library = path.join(root, 'library');
  photos = path.join(root, 'photos');
  mkdirSync(photos);
  heard = [];
});

afterEach(async () => {
  await Promise.all(engines.splice(0).map(async (engine) => engine.stop()));
  rmSync(root, { recursive: true, force: true });
});

/** The real engine, or a script in its place, as main starts it; restarts come at once. */
function create(options: Partial<EngineOptions> = {}): EngineProcess {
  const engine = new EngineProcess(
    {
      command: process.execPath,
      script: engineScript,
      environment: { ...process.env, AKIN_LIBRARY: library },
      delay: () => 1,
      // Faulty ones do not go when they are told to.
      ...(options.script && { patience: 100 }),
      ...options,
    },
    (name, data) => heard.push([name, data]),
  );
  engines.push(engine);
  return engine;
}

function started(options: Partial<EngineOptions> = {}): EngineProcess {
  const engine = create(options);
  engine.start();
  return engine;
}

/** A script that stands in for an engine with one fault; `calls` counts its starts. */
function faulty(body: string): { script: string; starts: () => number } {
  const script = path.join(root, 'faulty.mjs');
  const calls = path.join(root, 'calls');
  writeFileSync(
    script,
    `import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
     appendFileSync(${JSON.stringify(calls)}, '.');
     process.on('message', () => undefined);
     ${body}`,
  );
  return { script, starts: () => (existsSync(calls) ? readFileSync(calls).length : 0) };
}

const states = () =>
  heard.filter(([name]) => name === 'engine.state').map(([, data]) => (data as { state: string }).state);
const untilState = async (...expected: string[]) =>
  vi.waitFor(() => expect(states()).toEqual(expected), { timeout: 30_000 });
const gone = new AkinError('engine-gone');

describe('asking the engine', () => {
  it('waits until it is ready, answers side by side, and passes its events on', async () => {
    writeFileSync(path.join(photos, 'a.jpg'), await smallPhoto('black-canyon'));
    const engine = started();
    const [status, folder] = await Promise.all([
      engine.request('library.status', {}),
      engine.request('folders.add', { path: photos }),
    ]);
    expect(status).toMatchObject({ library, photos: 0 });
    expect(folder).toMatchObject({ path: photos });
    expect(states()).toEqual(['starting', 'ready']);
    await vi.waitFor(() => expect(heard).toContainEqual(['library.changed', { photos: 1 }]), 30_000);
    const { ids } = await engine.request('photos.timeline', {});
    expect(ids).toEqual(new Float64Array([1]));
    const content = await smallPhoto('black-canyon');
    const { pictureId } = await engine.request('pictures.open', { name: 'a', content });
    const { matches } = await engine.request('search.run', { query: [{ pictureId }], limit: 5 });
    expect(matches).toMatchObject([{ photoId: 1, tier: 'identical' }]);
  });

  it('rejects with what the engine answered', async () => {
    const engine = started();
    const missing = { path: path.join(root, 'gone') };
    await expect(engine.request('folders.add', missing)).rejects.toMatchObject({
      name: 'EngineError',
      wire: { code: 'folder-missing', details: missing },
    });
    await expect(engine.request('photos.get', { photoId: -1 })).rejects.toBeInstanceOf(EngineError);
  });

  it('lets the engine move files to the trash, and tells it what the system said', async () => {
    const content = await smallPhoto('black-canyon');
    for (const name of ['a.jpg', 'b.jpg', 'c.jpg']) writeFileSync(path.join(photos, name), content);
    const asked: string[] = [];
    const engine = started({
      trash: async (file) => {
        asked.push(file);
        if (file.endsWith('c.jpg')) throw new Error('The trash is full.');
        rmSync(file);
      },
    });
    await engine.request('folders.add', { path: photos });
    await vi.waitFor(() => expect(heard).toContainEqual(['library.changed', { photos: 3 }]), 30_000);
    const scope = { kind: 'identical', strictness: 0.5 } as const;
    const { photoIds } = await engine.request('removal.propose', scope);
    const { removal, failed } = await engine.request('removal.trash', {
      ...scope,
      photoIds,
      mergeMetadata: false,
    });
    expect(asked.map((file) => path.basename(file)).sort()).toEqual(['b.jpg', 'c.jpg']);
    expect(removal).toMatchObject({ way: 'trash', photos: 1, bytes: content.length, undoable: false });
    expect(failed).toMatchObject([{ path: path.join(photos, 'c.jpg'), code: 'removal-trash' }]);
    expect(failed[0]?.reason).toContain('The trash is full.');
    await vi.waitFor(() => expect(heard).toContainEqual(['library.changed', { photos: 2 }]), 30_000);
    expect(heard).toContainEqual([
      'removal.progress',
      expect.objectContaining({ phase: 'removing', total: 2 }),
    ]);
  });

  it('can be called off: before it begins, while it waits, and in the midst', async () => {
    const engine = started();
    const cancelled = new AkinError('cancelled');
    await expect(engine.request('samples.add', {}, AbortSignal.abort())).rejects.toEqual(cancelled);
    const waiting = new AbortController();
    const waits = engine.request('samples.add', {}, waiting.signal);
    waiting.abort();
    await expect(waits).rejects.toEqual(cancelled);
    await untilState('starting', 'ready');
    const running = new AbortController();
    const runs = engine.request('samples.add', {}, running.signal);
    await vi.waitFor(() => expect(existsSync(path.join(library, 'samples.unfinished'))).toBe(true), {
      timeout: 30_000,
      interval: 5,
    });
    running.abort();
    await expect(runs).rejects.toEqual(cancelled);
    await vi.waitFor(() => expect(existsSync(path.join(library, 'samples.unfinished'))).toBe(false), 30_000);
    expect(await engine.request('folders.list', {})).toEqual([]);
  });

  it('a result that is not what the contract says is an error of its own', async () => {
    const { script } = faulty(`
      process.on('message', ({ id }) => process.send({ kind: 'result', id, result: { photos: 'many' } }));
      process.send({ kind: 'ready' });`);
    await expect(started({ script }).request('library.status', {})).rejects.toMatchObject({
      code: 'internal',
      details: { reason: expect.stringContaining('library.status') },
    });
  });

  it('messages and events that the contract does not know go nowhere', async () => {
    const told = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const { script } = faulty(`
      for (const message of [
        { kind: 'nonsense' },
        { kind: 'event', name: 'constructor', data: {} },
        { kind: 'event', name: 'engine.state', data: { state: 'failed' } },
        { kind: 'event', name: 'library.changed', data: { photos: -1 } },
        { kind: 'result', id: 99, result: {} },
        { kind: 'event', name: 'library.changed', data: { photos: 7 } },
        { kind: 'ready' },
      ]) process.send(message);`);
    started({ script });
    await vi.waitFor(() => expect(states()).toEqual(['starting', 'ready']), 30_000);
    expect(heard.filter(([name]) => name !== 'engine.state')).toEqual([['library.changed', { photos: 7 }]]);
    expect(told).toHaveBeenCalledTimes(2);
    told.mockRestore();
  });
});

describe('an engine that dies', () => {
  it('is started again: what waits is told, what is asked then is answered, and work goes on', async () => {
    const count = 12;
    for (let at = 0; at < count; at++)
      writeFileSync(path.join(photos, `${at}.jpg`), await smallPhoto('black-canyon', 300 + at));
    const engine = started();
    await engine.request('folders.add', { path: photos });
    await vi.waitFor(
      () =>
        expect(heard).toContainEqual(['indexing.progress', expect.objectContaining({ phase: 'indexing' })]),
      30_000,
    );
    const before = engine.pid!;
    const pending = engine.request('samples.add', {});
    process.kill(before, 'SIGKILL');
    await expect(pending).rejects.toEqual(gone);
    expect(states()).toEqual(['starting', 'ready', 'restarting']);
    expect(await engine.request('library.status', {})).toMatchObject({ folders: 1 });
    expect(states()).toEqual(['starting', 'ready', 'restarting', 'ready']);
    expect(engine.pid).not.toBe(before);
    await expect
      .poll(async () => engine.request('library.status', {}), { timeout: 30_000 })
      .toMatchObject({ photos: count, indexed: count, failed: 0 });
  });

  it('at once each time is started later and later, until it is stopped', async () => {
    const { script, starts } = faulty('process.exit(7);');
    const failures: number[] = [];
    const engine = started({
      script,
      delay: (count) => {
        failures.push(count);
        return 1;
      },
    });
    await vi.waitFor(() => expect(failures.length).toBeGreaterThanOrEqual(4), 30_000);
    expect(states().slice(0, 5)).toEqual(['starting', ...Array<string>(4).fill('restarting')]);
    await engine.stop();
    const [asked, begun] = [failures.length, starts()];
    expect(failures).toEqual(failures.map((_, at) => at + 1));
    await expect(engine.request('library.status', {})).rejects.toEqual(gone);
    engine.start();
    expect(engine.pid).toBeUndefined();
    expect([failures.length, starts()]).toEqual([asked, begun]);
  });

  it('is given half a second at first, then twice as long each time, up to half a minute', () => {
    expect([1, 2, 3, 4].map(restartDelay)).toEqual([500, 1000, 2000, 4000]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), (failures) => {
        expect(restartDelay(failures)).toBeLessThanOrEqual(30_000);
        expect(restartDelay(failures + 1)).toBe(Math.min(30_000, 2 * restartDelay(failures)));
      }),
    );
  });

  it('that cannot even be started says so, and is tried again with the next request', async () => {
    const engine = started({ command: path.join(root, 'no-such-program') });
    await untilState('starting', 'failed');
    await expect(engine.request('library.status', {})).rejects.toMatchObject({
      wire: { code: 'internal', details: { reason: expect.stringContaining('no-such-program') } },
    });
    expect(states()).toEqual(['starting', 'failed', 'starting', 'failed']);
  });

  it('that hangs up but lives on is ended, and started again', async () => {
    const once = path.join(root, 'once');
    const { script, starts } = faulty(`
      process.send({ kind: 'ready' });
      if (!existsSync(${JSON.stringify(once)})) {
        writeFileSync(${JSON.stringify(once)}, '');
        setInterval(() => undefined, 1000);
        process.disconnect();
      }`);
    started({ script });
    await untilState('starting', 'ready', 'restarting', 'ready');
    expect(starts()).toBe(2);
  });
});

describe('an engine that says it cannot work', () => {
  it('is not started again by itself, but with the next request', async () => {
    const { catalog } = openCatalog(library);
    const engine = started();
    await expect(engine.request('library.status', {})).rejects.toMatchObject({
      wire: { code: 'library-in-use', details: { path: library, holder: process.pid } },
    });
    expect(heard.at(-1)).toEqual([
      'engine.state',
      { state: 'failed', error: expect.objectContaining({ code: 'library-in-use' }) },
    ]);
    catalog.close();
    expect(await engine.request('library.status', {})).toMatchObject({ library });
    expect(states()).toEqual(['starting', 'failed', 'starting', 'ready']);
  });

  it('is heard, although it ends while main is busy', async () => {
    const { script, starts } = faulty(`
      process.send({ kind: 'fatal', error: { code: 'library-full', message: 'Full.', details: {} } });
      process.disconnect();`);
    for (let round = 1; round <= 2; round++) {
      heard = [];
      const engine = started({ script });
      // Main hears nothing for as long as it takes the child to come and go.
      while (starts() < round) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
      await untilState('starting', 'failed');
      await engine.stop();
    }
  });
});

describe('stopping', () => {
  it('lets the engine close its library, rejects what waits, and is final', async () => {
    const engine = started();
    await engine.request('library.status', {});
    expect(existsSync(path.join(library, 'owner.json'))).toBe(true);
    const pending = engine.request('samples.add', {});
    const stopped = engine.stop();
    await expect(pending).rejects.toEqual(gone);
    await stopped;
    await engine.stop();
    expect(existsSync(path.join(library, 'owner.json'))).toBe(false);
    expect(states()).toEqual(['starting', 'ready']);
  });

  it('before the engine is ready lets it come up and go', async () => {
    const engine = started();
    await engine.stop();
    expect(states()).toEqual(['starting']);
    expect(existsSync(path.join(library, 'owner.json'))).toBe(false);
  });

  it('ends an engine that does not go by itself', async () => {
    const { script } = faulty(`process.send({ kind: 'ready' }); setInterval(() => undefined, 1000);`);
    const engine = started({ script });
    await untilState('starting', 'ready');
    const pid = engine.pid!;
    await engine.stop();
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('of one that was never started is nothing', async () => {
    const engine = create();
    await engine.stop();
    engine.start();
    expect(engine.pid).toBeUndefined();
    expect(heard).toEqual([]);
  });
});
