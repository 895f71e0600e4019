/**
 * `node test/bench/quality.ts DATASET`: the figures of `npm run evaluate -- DATASET` beside those of a reference
 * that computes them in another way, and beside the limits: whitened R-MAC is the best of the three, and no figure
 * is more than half a point from the reference's. Takes minutes: the reference is slow on purpose.
 */
import { readDataset } from '../../src/evaluation/dataset.ts';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import { referenceQuality } from '../evaluation/reference.ts';

const limit = 0.5;

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Name the folder of a data set.');
const measured = evaluate(folder);
const reference = await referenceQuality(await readDataset(folder), await readModel(defaultModelFolder()));
for (const { variant, queries, mAP, r1 } of measured) {
  const other = reference[variant];
  process.stdout.write(
    `${variant}, ${queries} queries: mAP ${mAP.toFixed(2)}, R@1 ${r1.toFixed(2)}; ` +
      `reference: mAP ${other.mAP.toFixed(2)}, R@1 ${other.r1.toFixed(2)}\n`,
  );
}
const best = measured.reduce((one, other) => (other.mAP > one.mAP ? other : one));
const agree = measured.every(({ variant, mAP }) => Math.abs(mAP - reference[variant].mAP) <= limit);
process.stdout.write(`best: ${best.variant}; ${agree ? 'agrees' : 'does not agree'} with the reference\n`);
process.exitCode = agree && best.variant === 'whitened' ? 0 : 1;
