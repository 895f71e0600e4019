/** faiss-cpu, which has no package for Node: a Python process with an index, fetched into the temporary folder. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { SearchData, SearchPeer } from './search-peers.ts';

const packages = path.join(tmpdir(), 'akin-bench-faiss');
const script = path.join(import.meta.dirname, 'faiss-search.py');

/** Float32, half precision, and a byte a number. */
export type FaissKind = 'flat' | 'QT_fp16' | 'QT_8bit';

/** Why faiss cannot be had here; null where it can. Its packages are fetched the first time. */
export function faissMissing(): string | null {
  if (!existsSync(path.join(packages, 'faiss'))) {
    const words = ['-m', 'pip', 'install', '--quiet', '--target', packages, 'faiss-cpu', 'numpy'];
    const { status, error, stderr } = spawnSync('python3', words, { encoding: 'utf8', timeout: 300_000 });
    if (status !== 0) return error?.message ?? stderr.trim().split('\n').at(-1) ?? 'pip failed';
  }
  const { status, stderr } = spawnSync('python3', ['-c', 'import faiss'], {
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: packages },
  });
  return status === 0 ? null : (stderr.trim().split('\n').at(-1) ?? 'it does not start');
}

export async function faissPeer(kind: FaissKind, data: SearchData): Promise<SearchPeer> {
  const { folder, photos, dimensions, wanted, threads } = data;
  const words = [script, folder, kind, ...[photos, dimensions, wanted, threads].map(String)];
  const python = spawn('python3', words, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, PYTHONPATH: packages },
  });
  const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`faiss ${kind} ended early`);
    return value;
  };
  await answer();
  const ask = async (query: number, filtered: boolean) => {
    python.stdin.write(`${query} ${Number(filtered)}\n`);
    return (JSON.parse(await answer()) as number[]).map((row) => row + 1);
  };
  return {
    search: (query) => ask(query, false),
    filtered: (query) => ask(query, true),
    close: async () => {
      const closed = once(python, 'close');
      python.stdin.end();
      await closed;
    },
  };
}
