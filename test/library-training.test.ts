import { existsSync } from 'node:fs';
import path from 'node:path';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Run, TrainingPoint } from '../src/api-training.ts';
import { runFiles } from '../src/training/job.ts';
import { LibraryFixture } from './library-fixture.ts';
import { photographs, writeAlbums } from './training/albums-of-crops.ts';

const fixture = new LibraryFixture();
/** Quick, and the same everywhere. */
const wishes = { depth: 'head', backend: 'wasm', steps: 3 } as const;

const training = () => fixture.library.training;
const folderOf = (run: Run, ...names: string[]) =>
  path.join(fixture.root, 'library', 'runs', String(run.id), ...names);

beforeAll(async () => {
  const albums = await writeAlbums(fixture.photos, 4);
  const library = await fixture.open();
  await library.addFolder(fixture.photos);
  await library.index();
  albums.forEach((files, at) =>
    library.albums.create(
      photographs[at]!,
      files.map((file) => library.findPhoto(file)!),
    ),
  );
});

afterAll(() => fixture.close());

/** The run, once it has ended. */
async function ended(run: Run): Promise<Run> {
  await training().finished();
  return (await training().run(run.id)).run;
}

it('six albums of four photos are enough, and a run on them comes to a result', async () => {
  expect(training().readiness('albums')).toMatchObject({ albums: 6, photos: 24, enough: true });
  const points: TrainingPoint[] = [];
  const phases = new Set<string>();
  training().on('point', ({ point }) => points.push(point));
  training().on('progress', ({ phase }) => phases.add(phase));
  const begun = await training().start(wishes);
  expect(begun).toMatchObject({ state: 'preparing', parentId: 0, step: 0, endedAt: null, modelId: null });
  await expect(training().start(wishes)).rejects.toMatchObject({ code: 'training-running' });
  await expect(training().decide(begun.id, 'discarded')).rejects.toMatchObject({ code: 'run-undecided' });
  await expect(training().examples(begun.id)).rejects.toMatchObject({ code: 'run-undecided' });

  const run = await ended(begun);
  expect(run).toMatchObject({
    state: 'done',
    backend: 'wasm',
    step: 3,
    steps: 3,
    error: null,
    decision: null,
  });
  expect(run.figures!.heldOutAlbums!.queries).toBeGreaterThan(0);
  expect(points.map(({ step }) => step)).toEqual([1, 2, 3]);
  expect(phases).toEqual(new Set(['preparing', 'training', 'measuring', 'saving']));

  const told = await training().run(run.id);
  expect(told.points).toEqual(points);
  expect(told.progress).toBeNull();
  const { trainingAlbums, heldOutAlbums } = told.split!;
  const ids = [
    ...trainingAlbums.flatMap((album) => [...album.training, ...album.validation, ...album.heldOut]),
    ...heldOutAlbums.flatMap(({ photos }) => photos),
  ];
  expect(ids.sort((a, b) => a - b)).toEqual([...fixture.library.timeline().ids].sort((a, b) => a - b));
  expect(training().runs()).toEqual([run]);
  const { improved, worse } = await training().examples(run.id);
  for (const { photoId } of [...improved, ...worse]) expect(ids).toContain(photoId);
});

it('a result becomes a version once, whichever way it is decided, and then stays', async () => {
  const [run] = training().runs();
  const both = await Promise.all([
    training().decide(run!.id, 'kept', 'Crops'),
    training().decide(run!.id, 'kept'),
  ]);
  const { modelId } = both[0];
  expect(both[1]).toEqual(both[0]);
  expect(both[0]).toMatchObject({ decision: 'kept', modelId: expect.any(Number) as number });
  const versions = await fixture.library.models.versions.list();
  expect(versions).toHaveLength(2);
  const { figures, settings } = run!;
  expect(versions[1]).toMatchObject({ id: modelId, name: 'Crops', parentId: 0, active: false });
  expect(versions[1]!.record).toMatchObject({ figures, settings, backend: 'wasm' });
  expect(versions[1]!.record!.albums.length).toBeGreaterThan(2);
  await expect(training().decide(run!.id, 'discarded')).rejects.toMatchObject({ code: 'bad-request' });

  await training().decide(run!.id, 'accepted');
  expect(await fixture.library.models.finished()).toBeNull();
  expect(training().runs()[0]).toMatchObject({ decision: 'accepted', modelId });
  expect(fixture.library.models.activeId).toBe(modelId);
});

it('a killed process leaves a run that goes on where it was, with the model that it began with', async () => {
  const begun = await training().start({ ...wishes, steps: 100_000 });
  const steps = new Promise<void>((resolve) => {
    training().on('point', ({ point }) => point.step === 2 && resolve());
  });
  await steps;
  process.kill(training().processId!, 'SIGKILL');
  const stopped = await ended(begun);
  expect(stopped.parentId).toBe(fixture.library.models.activeId);
  expect(stopped.error).toMatchObject({ code: 'training-stopped', details: { reason: 'SIGKILL' } });
  // Before the first checkpoint is due, there is nothing to go on from but the beginning.
  expect(stopped.state).toBe(existsSync(folderOf(begun, runFiles.state)) ? 'interrupted' : 'failed');

  await training().resume(begun.id);
  await once(training(), 'point');
  training().cancel();
  const cancelled = await ended(begun);
  expect(cancelled).toMatchObject({ state: 'cancelled', error: null });
  expect(existsSync(folderOf(begun, runFiles.state))).toBe(true);

  // An engine that is closed, and a library that lies elsewhere when it is opened again.
  await training().resume(begun.id);
  const [{ point }] = (await once(training(), 'point')) as [{ point: TrainingPoint }];
  expect(point.step).toBe(cancelled.step + 1);
  await fixture.open();
  expect(training().runs()[0]).toMatchObject({ id: begun.id, state: 'interrupted' });
  expect(training().runs()[0]!.step).toBeGreaterThanOrEqual(point.step);
});

it('what is discarded can be taken back, until it is freed', async () => {
  const [run] = training().runs();
  await training().decide(run!.id, 'discarded');
  await training().decide(run!.id, null);
  expect(training().runs()[0]!.decision).toBeNull();
  await expect(training().decide(run!.id, 'kept')).rejects.toMatchObject({ code: 'run-undecided' });
  await training().decide(run!.id, 'discarded');
  await fixture.open();
  expect(existsSync(folderOf(run!, runFiles.job))).toBe(false);
  expect((await training().run(run!.id)).points.length).toBeGreaterThan(0);
  await expect(training().resume(run!.id)).rejects.toMatchObject({ code: 'run-damaged' });
});
