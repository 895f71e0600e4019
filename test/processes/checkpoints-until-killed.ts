/** Writes one checkpoint after the other, and tells the step of each that is written. Arguments: folder, first step. */
import { writeCheckpoint } from '../../src/training/checkpoint.ts';
import { checkpointOf } from '../training/checkpoint-fixture.ts';

const [folder = '', first = '0'] = process.argv.slice(2);
for (let step = Number(first); ; step++) {
  await writeCheckpoint(folder, checkpointOf(step, 300_000));
  process.stdout.write(`${step}\n`);
}
