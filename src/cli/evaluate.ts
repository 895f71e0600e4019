import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { readDataset } from '../evaluation/dataset.ts';
import { measureRetrieval } from '../evaluation/retrieval.ts';
import type { Retrieval } from '../evaluation/retrieval.ts';
import { createVariantDescriber } from '../evaluation/variants.ts';
import type { Variant } from '../evaluation/variants.ts';
import { decodePhoto } from '../ingest/decode.ts';
import { defaultModelFolder, readModel } from '../model/model-folder.ts';

interface Options {
  json?: boolean;
  model: string;
}

/** `akin evaluate DATASET`: how well the model finds what belongs together, beside two simpler descriptors. */
export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('Measure the search on a data set: mean average precision and the first result.')
    .argument('<dataset>', 'truth.json and photos/, or a folder for each thing')
    .option('--json', 'print one JSON object a line')
    .option('--model <folder>', 'the model to measure', defaultModelFolder())
    .action(evaluate);
}

async function evaluate(folder: string, options: Options): Promise<void> {
  const dataset = await readDataset(folder);
  const model = await readModel(options.model);
  const describer = await createVariantDescriber(model);
  const columns = new Map<Variant, Float32Array[]>(describer.variants.map((variant) => [variant, []]));
  try {
    for (const [index, name] of dataset.photos.entries()) {
      const { longSide } = model.settings;
      const photo = await decodePhoto(await readFile(name), { longSide, name, thumbnail: false });
      const made = await describer.describe(photo.pixels);
      for (const [variant, column] of columns) column.push(made[variant]!);
      if ((index + 1) % 50 === 0) process.stderr.write(`${index + 1} of ${dataset.photos.length} photos\n`);
    }
  } finally {
    await describer.release();
  }
  const results = [...columns].map(([variant, descriptors]) => ({
    protocol: dataset.protocol,
    variant,
    ...measureRetrieval(dataset.queries, descriptors),
  }));
  process.stdout.write(options.json ? jsonLines(results) : table(results));
}

type Result = Retrieval & { protocol: string; variant: Variant };

function jsonLines(results: readonly Result[]): string {
  return results.map((result) => `${JSON.stringify(result)}\n`).join('');
}

function table(results: readonly Result[]): string {
  const rows = results.map(({ protocol, variant, queries, mAP, r1 }) => [
    protocol,
    variant,
    String(queries),
    mAP.toFixed(2),
    r1.toFixed(2),
  ]);
  const all = [['protocol', 'variant', 'queries', 'mAP', 'R@1'], ...rows];
  return all
    .map((row) => `${row.map((cell, i) => (i < 2 ? cell.padEnd(10) : cell.padStart(8))).join('')}\n`)
    .join('');
}
