import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Command, Option } from 'commander';
import { AkinError } from '../errors.ts';
import { protocols, readDataset } from '../evaluation/dataset.ts';
import { evaluateDataset } from '../evaluation/evaluate-dataset.ts';
import { defaultModelFolder, readModel } from '../model/model-folder.ts';
import type { Model } from '../model/model-folder.ts';
import {
  combinationsOf,
  layersOf,
  parseLevels,
  parseLongSide,
  parseNames,
  parsePoolings,
  parsePower,
  variantsOf,
  withBoxes,
} from './evaluate-options.ts';
import type { EvaluateOptions } from './evaluate-options.ts';
import { evaluateRefinements } from './evaluate-refinements.ts';
import { jsonOf, perQueryTable, plotOf, tableOf } from './evaluate-report.ts';
import { ProgressLine } from './progress-line.ts';
import { interruptible, printJson, printLine } from './session.ts';

/** `akin evaluate DATASET`: how well a model finds what belongs together. */
export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('Measure the search on a data set: mean average precision and more.')
    .argument('[dataset]', 'truth.json and photos/, a published benchmark, or a folder for each thing')
    .option('--json', 'print one JSON object a line')
    .option('--model <folder>', 'the model to measure', defaultModelFolder())
    .addOption(new Option('--protocol <name>', 'told from the folder by default').choices(protocols))
    .option('--boxes', "search with the ground truth's boxes")
    .option('--no-boxes', 'search with whole photos')
    .option(
      '--pooling <names>',
      'one or more of r-mac, mac, spoc, gem, crow, r-mac-concatenated',
      parsePoolings,
    )
    .option('--layer <names>', "one or more of the trunk's layers; the last one by default", parseNames)
    .option('--layers', "list the trunk's layers")
    .option('--levels <number>', "levels of R-MAC; the model's by default", parseLevels)
    .option('--whole-map', 'count the whole map as a region of R-MAC')
    .option('--no-whole-map', 'do not count it')
    .option('--power <number>', 'of GeM; 3 by default', parsePower)
    .option('--whiten <folder>', 'learn a whitening for each pooling and layer from unrelated photos')
    .option('--long-side <pixels>', "bring photos to it; the model's by default", parseLongSide)
    .option('--refinements', 'measure what each refinement of the search gains')
    .option('--per-query', 'tell the average precision of each query')
    .option('--plot <file>', 'write precision over recall as an SVG')
    .action(async (dataset: string | undefined, options: EvaluateOptions, command: Command) => {
      if (dataset === undefined && !options.layers)
        command.error("error: missing required argument 'dataset'");
      const model = await readModel(options.model);
      if (options.layers) listLayers(model, options.json ?? false);
      if (dataset === undefined) return;
      const measure = options.refinements ? measureRefinements : evaluate;
      await interruptible((signal) => measure(dataset, model, options, signal));
    });
}

function listLayers(model: Model, json: boolean): void {
  for (const layer of layersOf(model)) {
    const { name, channels, stride, rectified } = layer;
    if (json) printJson(layer);
    else printLine(`${name}  ${channels} channels, stride ${stride}${rectified ? '' : ', values below 0'}`);
  }
}

async function evaluate(
  folder: string,
  model: Model,
  options: EvaluateOptions,
  signal: AbortSignal,
): Promise<void> {
  const { json = false, perQuery = false, longSide = model.settings.longSide, plot } = options;
  const combinations = combinationsOf(model, options);
  const dataset = withBoxes(await readDataset(folder, options.protocol), options.boxes, folder);
  const learning = new ProgressLine('Learning');
  const measuring = new ProgressLine('Measuring');
  const leftOut = (line: ProgressLine, error: AkinError) => line.say(`Left out: ${error.message}`);
  try {
    const variants = await variantsOf(model, combinations, options.whiten, (total) => ({
      longSide,
      signal,
      onUnreadable: (_place, error) => leftOut(learning, error),
      onProgress: learning.reporter(total),
    }));
    const measured = await evaluateDataset(model, variants, dataset, {
      longSide,
      signal,
      onLeftOut: (error) => leftOut(measuring, error),
      onProgress: measuring.reporter(dataset.photos.length),
    });
    measuring.clear();
    if (plot !== undefined)
      await writePlot(
        plot,
        plotOf(measured, `Precision over recall: ${path.basename(path.resolve(folder))}`),
      );
    if (json) {
      for (const one of measured) printJson(jsonOf(one, dataset, { longSide, perQuery }));
      return;
    }
    const lines = [...tableOf(measured, dataset), ...(perQuery ? perQueryTable(measured, dataset) : [])];
    lines.forEach(printLine);
  } finally {
    learning.clear();
    measuring.clear();
  }
}

async function measureRefinements(
  folder: string,
  model: Model,
  { json = false, protocol }: EvaluateOptions,
  signal: AbortSignal,
): Promise<void> {
  const dataset = await readDataset(folder, protocol);
  const describing = new ProgressLine('Describing');
  const ranking = new ProgressLine('Ranking');
  try {
    const onProgress = describing.reporter(dataset.photos.length);
    await evaluateRefinements(dataset, model, { json, signal, onProgress, line: ranking });
  } finally {
    describing.clear();
    ranking.clear();
  }
}

async function writePlot(file: string, plot: string): Promise<void> {
  await writeFile(file, plot).catch((error: unknown) => {
    throw new AkinError('file-not-written', { path: file }, { cause: error });
  });
}
