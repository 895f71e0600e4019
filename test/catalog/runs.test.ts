import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openCatalog } from '../../src/catalog/catalog.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';

let library: string;
let catalog: Catalog;

beforeEach(() => {
  library = mkdtempSync(path.join(tmpdir(), 'akin-runs-'));
  ({ catalog } = openCatalog(library));
});

afterEach(() => {
  catalog.close();
  rmSync(library, { recursive: true, force: true });
});

it('runs come back as they are, newest first, also after a restart', () => {
  const first = catalog.runs.create({ depth: 'head' }, 0, 1.5);
  const second = catalog.runs.create({ depth: 'full' }, 3, 2.5);
  const error = { code: 'training-stopped', message: 'It stopped.', details: { reason: 'x' } };
  expect(catalog.runs.change(first, { state: 'failed', endedAt: 4, error, step: 7, steps: 9 })).toBe(true);
  expect(catalog.runs.change(first, { backend: 'wasm', device: 'CPU' })).toBe(true);
  catalog.close();
  ({ catalog } = openCatalog(library));
  const begun = { state: 'preparing', endedAt: null, backend: null, device: '', step: 0, steps: 0 };
  const undecided = { error: null, figures: null, decision: null, versionId: null };
  expect(catalog.runs.list()).toEqual([
    { ...begun, ...undecided, id: second, settings: { depth: 'full' }, parentId: 3, startedAt: 2.5 },
    {
      ...undecided,
      id: first,
      state: 'failed',
      settings: { depth: 'head' },
      parentId: 0,
      startedAt: 1.5,
      endedAt: 4,
      backend: 'wasm',
      device: 'CPU',
      step: 7,
      steps: 9,
      error,
    },
  ]);
});

it('what was going on is interrupted, what had ended is not', () => {
  const [preparing, training, done] = [1, 2, 3].map((at) => catalog.runs.create({}, 0, at)) as [
    number,
    number,
    number,
  ];
  catalog.runs.change(training, { state: 'training' });
  catalog.runs.change(done, { state: 'done', endedAt: 5 });
  catalog.runs.interrupt(9);
  expect(catalog.runs.list().map(({ id, state, endedAt }) => [id, state, endedAt])).toEqual([
    [done, 'done', 5],
    [training, 'interrupted', 9],
    [preparing, 'interrupted', 9],
  ]);
});

it('a run that was forgotten is gone, and its id is never used again', () => {
  const id = catalog.runs.create({}, 0, 1);
  catalog.runs.remove(id);
  expect(catalog.runs.get(id)).toBeUndefined();
  expect(catalog.runs.change(id, { state: 'done' })).toBe(false);
  expect(catalog.runs.create({}, 0, 1)).toBeGreaterThan(id);
});
