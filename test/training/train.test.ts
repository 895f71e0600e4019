import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { trainingSettingsSchema } from '../../src/api-training.ts';
import type { TrainingPoint, TrainingWishes } from '../../src/api-training.ts';
import { textToByteString } from '../../src/catalog/path-bytes.ts';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import { runFiles } from '../../src/training/job.ts';
import type { TrainingJob } from '../../src/training/job.ts';
import type { RunListener, TrainingReport } from '../../src/training/report.ts';
import { readPoints } from '../../src/training/run-folder.ts';
import { train } from '../../src/training/train.ts';
import { writeAlbums } from './albums-of-crops.ts';

const steps = 4;
let folder: string;
let albums: string[][];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'akin-train-'));
  albums = await writeAlbums(path.join(folder, 'photos'), 6);
});

afterAll(() => rm(folder, { recursive: true }));

/** One in one go, for all tests. */
let straight: TrainingJob;
let whole: TrainingReport;
const told = listenerOf();

beforeAll(async () => {
  straight = await jobOf('straight');
  whole = await train(straight, told.listener, new AbortController().signal);
}, 120_000);

test('a run stopped in the midst and resumed gives the same model as one in one go, bit by bit', async () => {
  const stopped = await jobOf('stopped');
  const stop = new AbortController();
  const first = listenerOf((point) => {
    if (point.step === 2) stop.abort();
  });
  await expect(train(stopped, first.listener, stop.signal)).rejects.toThrow();
  expect(existsSync(path.join(stopped.folder, runFiles.state))).toBe(true);
  const second = listenerOf();
  const resumed = await train(stopped, second.listener, new AbortController().signal);

  expect(second.points.map(({ step }) => step)).toEqual([3, 4]);
  for (const file of ['head.safetensors', 'trunk.safetensors'])
    expect(bytes(stopped, file)).toEqual(bytes(straight, file));
  expect(await readPoints(stopped.folder)).toEqual(await readPoints(straight.folder));
  expect(resumed.figures).toEqual({ ...whole.figures, seconds: expect.any(Number) });
  expect(existsSync(path.join(stopped.folder, runFiles.state))).toBe(false);
}, 120_000);

test('the report tells of what training did not see, and the model is another one than its parent', async () => {
  expect(whole).toMatchObject({ backend: 'wasm', steps, figures: { stopped: null } });
  const { heldOutAlbums, newPhotos, share, kept, ownAlbums } = whole.figures;
  for (const gain of [heldOutAlbums!, newPhotos!]) {
    expect(gain.queries).toBeGreaterThan(0);
    expect(gain.before).toBeGreaterThan(0);
    expect(gain.interval[0]).toBeLessThanOrEqual(gain.interval[1]);
  }
  expect([share > 0 && share <= 1, kept, ownAlbums]).toEqual([true, null, null]);
  const [model, parent] = await Promise.all(
    [path.join(straight.folder, runFiles.model), straight.modelFolder].map((one) => readModel(one)),
  );
  expect(model!.head!.projection).not.toEqual(parent!.head!.projection);
  expect([...model!.tensors.keys()]).toEqual([...parent!.tensors.keys()]);
  expect(told.kinds).toEqual(['began', 'preparing', 'split', 'training', 'measuring', 'saving'].sort());
});

test('an album that cannot be read is said before anything is trained', async () => {
  const job = { ...(await jobOf('unreadable')), cacheFile: null };
  job.photos = job.photos.map((photo) => ({ ...photo, path: `${photo.path}.gone` }));
  await expect(train(job, listenerOf().listener, new AbortController().signal)).rejects.toMatchObject({
    code: 'training-unreadable',
  });
});

async function jobOf(name: string, wishes: TrainingWishes = {}): Promise<TrainingJob> {
  const run = path.join(folder, name);
  await mkdir(run);
  await writeFile(path.join(run, runFiles.job), '');
  let place = 0;
  return {
    modelFolder: defaultModelFolder(),
    folder: run,
    cacheFile: path.join(folder, 'region-maxima.sqlite'),
    photos: albums.flat().map((file, at) => ({
      id: at + 1,
      path: textToByteString(file),
      hash: createHash('sha256').update(readFileSync(file)).digest('hex'),
    })),
    albums: albums.map((photos, at) => ({
      id: at + 1,
      name: `album ${at}`,
      photos: photos.map(() => place++),
    })),
    ownAlbums: [],
    judgements: [],
    copies: [],
    others: [],
    heldOut: null,
    settings: trainingSettingsSchema.parse({ backend: 'wasm', steps, ...wishes }),
  };
}

function listenerOf(onPoint: (point: TrainingPoint) => void = () => {}) {
  const points: TrainingPoint[] = [];
  const kinds = new Set<string>();
  const listener: RunListener = {
    began: () => kinds.add('began'),
    split: () => kinds.add('split'),
    progress: ({ phase }) => kinds.add(phase),
    point(point) {
      points.push(point);
      onPoint(point);
    },
  };
  return {
    listener,
    points,
    get kinds() {
      return [...kinds].sort();
    },
  };
}

function bytes(job: TrainingJob, file: string): Buffer {
  return readFileSync(path.join(job.folder, runFiles.model, file));
}
