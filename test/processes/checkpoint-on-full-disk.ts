/** Writes checkpoints and points to a disk that is too small for them, and tells what came of it. Argument: the folder. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { asAkinError } from '../../src/errors.ts';
import { readCheckpoint, writeCheckpoint } from '../../src/training/checkpoint.ts';
import { PointsFile } from '../../src/training/run-folder.ts';
import { checkpointOf } from '../training/checkpoint-fixture.ts';

const folder = process.argv[2] ?? '';
const ballast = path.join(folder, 'ballast');
const size = 300_000;

async function codeFrom(task: () => Promise<unknown>): Promise<string> {
  return task().then(
    () => 'none',
    (error: unknown) => asAkinError(error).code,
  );
}

const points = await PointsFile.open(folder, 0);
await writeCheckpoint(folder, checkpointOf(1, size));
writeFileSync(ballast, Buffer.alloc(2.5 * 2 ** 20));
const tensors = await codeFrom(() => writeCheckpoint(folder, checkpointOf(2, size)));
const kept = (await readCheckpoint(folder))?.state.step;
for (const bytes of [4096, 1]) {
  try {
    for (;;) writeFileSync(ballast, Buffer.alloc(bytes), { flag: 'a' });
  } catch (error) {
    if (asAkinError(error).cause === undefined) throw error;
  }
}
const curve = { loss: 0, top1: 0, precision: 0, active: 0, norm: 0, learningRate: 0, heldOut: null };
const point = await codeFrom(async () => {
  for (let step = 0; step < 100; step++) await points.append({ step, ...curve });
});
rmSync(ballast);
const files = readdirSync(folder).length;
await writeCheckpoint(folder, checkpointOf(3, size));
const afterwards = (await readCheckpoint(folder))?.state.step;
await points.close();
process.stdout.write(JSON.stringify({ tensors, point, kept, files, afterwards }));
