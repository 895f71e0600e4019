import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BackendState, Run, TrainingPoint } from '../../src/api-training.ts';
import { openLibrary } from '../../src/library.ts';
import { photographs, writeAlbums } from '../training/albums-of-crops.ts';
import { ended, objects, run, Scratch, start } from './akin-process.ts';

interface Told {
  run?: Run;
  point?: TrainingPoint;
}

const scratch = new Scratch();
const library = scratch.path('library');
let runId: number;
const akin = (...words: string[]) => run([...words, '--library', library]);

beforeAll(async () => {
  const folder = scratch.path('photos');
  const albums = await writeAlbums(folder, 4);
  const opened = await openLibrary({ folder: library });
  await opened.addFolder(folder);
  await opened.index();
  for (const [at, files] of albums.slice(0, 5).entries()) {
    opened.albums.create(
      photographs[at]!,
      files.map((file) => opened.findPhoto(file)!),
    );
  }
  await opened.close();
});

afterAll(() => scratch.remove());

it('five albums are too few, and what there is to choose is named', async () => {
  const few = await akin('train');
  expect(few.code).toBe(1);
  expect(few.progress).toContain('There are 5 albums with at least 4 photos; learning needs 6.');
  expect((await akin('train', '--depth', 'body')).code).toBe(2);
  expect((await akin('train', '--album', 'nothing like it')).code).toBe(1);
});

it('a run that is interrupted ends in order', async () => {
  const opened = await openLibrary({ folder: library });
  const last = photographs[5]!;
  const ids = [0, 1, 2, 3].map((at) => opened.findPhoto(scratch.path('photos', last, `${at}.png`))!);
  opened.albums.create(last, ids);
  await opened.close();

  const words = ['train', '--backend', 'wasm', '--steps', '15', '--json', '--library', library];
  const child = start(words);
  const end = ended(child);
  child.stdout!.once('data', () => child.kill('SIGINT'));
  const interrupted = await end;
  expect(interrupted.code).toBe(130);
  const told = objects<Told>(interrupted);
  const { id, step } = told.at(-1)!.run!;
  runId = id;
  expect(told.at(-1)!.run).toMatchObject({ state: 'cancelled', steps: 15 });
  expect(step).toBeLessThan(15);
  expect(interrupted.progress).toContain(`akin train resume ${id}`);
});

it('a run is resumed, and kept as a version', async () => {
  const resumed = await akin('train', 'resume', String(runId), '--keep', '--name', 'crops');
  expect(resumed.progress).toContain('Measuring');
  expect(resumed.results).toMatch(/held-out albums +\d+\.\d -> \d+\.\d mAP \(/);
  expect(resumed.code).toBe(0);
  const [listed] = objects<Run>(await akin('train', 'runs', '--json'));
  expect(listed).toMatchObject({
    id: runId,
    state: 'done',
    decision: 'kept',
    modelId: expect.any(Number) as number,
  });
  expect((await akin('train', 'decide', String(runId), 'discard')).code).toBe(1);
  expect((await akin('train', 'resume', '99')).progress).toContain('That run is no longer known.');
});

/** Milliseconds: each computes some steps in a process of its own. */
const patience = 120_000;

it('backends say what they run on, or why they do not run', { timeout: patience }, async () => {
  const states = objects<BackendState>(await akin('train', 'backends', '--json'));
  expect(states.map(({ backend }) => backend)).toEqual(['tensorflow', 'webgpu', 'wasm']);
  expect(states[2]).toMatchObject({ available: true, device: expect.stringMatching(/./) as string });
  for (const { available, reason } of states) expect(reason === '').toBe(available);
});
