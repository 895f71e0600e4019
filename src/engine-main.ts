/**
 * The engine as a process of its own: the main process starts it with a message channel. Every message is checked
 * here, where it comes in; results, events and errors go back as plain data.
 */
import { toEngineSchema } from './api.ts';
import type { FromEngine, WireError } from './api.ts';
import { Engine } from './engine.ts';
import { asAkinError } from './errors.ts';
import { openLibrary } from './library.ts';
import { libraryFolder } from './library-location.ts';
import { TrashByMain } from './trash-by-main.ts';

const running = new Map<number, AbortController>();

function send(message: FromEngine): void {
  // A main process that was killed has hung up unseen; `disconnect` follows.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

function toWire(error: unknown): WireError {
  const { code, message, details } = asAkinError(error);
  return { code, message, details: { ...details } };
}

async function main(): Promise<void> {
  const trash = new TrashByMain(send);
  const library = await openLibrary({ folder: libraryFolder(), watch: true, trash: trash.move });
  const engine = new Engine(library, (name, data) => send({ kind: 'event', name, data }));
  const stop = async () => {
    for (const controller of running.values()) controller.abort();
    if (!process.connected) trash.hungUp();
    await library.close();
    process.exit(0);
  };

  process.on('message', (raw) => {
    const parsed = toEngineSchema.safeParse(raw);
    if (!parsed.success) return;
    const message = parsed.data;
    if (message.kind === 'cancel') return running.get(message.id)?.abort();
    if (message.kind === 'trashed') return trash.answered(message);
    void answer(engine, message.id, message.name, message.params).then(() => {
      if (message.name === 'engine.stop') void stop();
    });
  });
  // The window is gone, or main crashed: an engine without a window would hold the library for ever.
  process.on('disconnect', () => void stop());
  process.on('SIGTERM', () => void stop());
  // Ctrl-C in a terminal reaches every process; main ends this one in order.
  process.on('SIGINT', () => undefined);
  // It may have gone while the library was being opened.
  if (!process.connected) return stop();
  send({ kind: 'ready' });
  engine.begin();
}

async function answer(engine: Engine, id: number, name: string, params: unknown): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  try {
    send({ kind: 'result', id, result: await engine.request(name, params, controller.signal) });
  } catch (error) {
    send({ kind: 'error', id, error: toWire(error) });
  } finally {
    running.delete(id);
  }
}

main().catch((error: unknown) => {
  send({ kind: 'fatal', error: toWire(error) });
  process.exitCode = 1;
  if (process.connected) process.disconnect();
});
