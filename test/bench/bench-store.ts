/** A store for the benchmarks. */
import type { IndexStore } from '../../src/ingest/index-store.ts';
import type { Model } from '../../src/model/model-folder.ts';
import { MemoryStore } from '../ingest/memory-store.ts';

export async function openBenchStore(
  folder: string,
  _model: Model,
): Promise<{ store: IndexStore; close: () => void }> {
  const store = new MemoryStore();
  store.list.push({ id: 1, path: Buffer.from(folder).toString('latin1') });
  return { store, close: () => undefined };
}
