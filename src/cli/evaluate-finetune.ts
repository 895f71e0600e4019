import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { backendNames, depths, losses, trainingSettingsSchema } from '../api-training.ts';
import type { BackendName, Depth, Figures, LossName, Margin } from '../api-training.ts';
import { AkinError } from '../errors.ts';
import { listFolder, photosOf } from '../evaluation/dataset-folder.ts';
import { readDataset } from '../evaluation/dataset.ts';
import { evaluateDataset } from '../evaluation/evaluate-dataset.ts';
import { finetuneJob } from '../evaluation/finetune.ts';
import type { FinetuneFolders } from '../evaluation/finetune.ts';
import { standardVariants } from '../evaluation/variants.ts';
import { defaultModelFolder, readModel } from '../model/model-folder.ts';
import { runFiles } from '../training/job.ts';
import { train } from '../training/train.ts';
import { parseMargin } from './margin.ts';
import { ProgressLine } from './progress-line.ts';
import { interruptible, printJson, printLine } from './session.ts';

interface Options {
  json?: boolean;
  unrelated: string;
  forgotten?: string;
  depth: Depth;
  loss: LossName[];
  margin: Margin[];
  seed: number[];
  backend?: BackendName;
  steps?: number;
}

/** What one run gave, in the table's columns. */
interface Row {
  readonly loss: LossName;
  readonly margin: Margin;
  readonly seed: number;
  readonly figures: Figures;
  /** mAP on the data set that must not be forgotten, in percent. */
  readonly forgotten: { readonly before: number; readonly after: number } | null;
  readonly trainingSeconds: number;
  readonly backend: string;
}

const defaultMargins: Margin[] = ['soft'];
const defaultSeeds: number[] = [1, 2, 3];

/** `akin evaluate-finetune DATASET`: what training gains on things and photos that it did not see, and what it costs. */
export function evaluateFinetuneCommand(): Command {
  return new Command('evaluate-finetune')
    .description('Measure what training on half of a data set gains on the other half.')
    .argument('<dataset>', 'a folder for each thing')
    .requiredOption('--unrelated <folder>', 'photos that have nothing to do with them: the rest of a library')
    .option('--forgotten <dataset>', 'another data set, that must not be forgotten')
    .option('--json', 'print one JSON object a line')
    .addOption(new Option('--depth <name>', 'what is trained').choices(depths).default('head'))
    .addOption(new Option('--loss <name...>', 'losses to compare').choices(losses).default(['batch-hard']))
    .option('--margin <soft|number...>', 'margins to compare', addMargin, defaultMargins)
    .option(
      '--seed <number...>',
      'of the photos that are learnt from, and of training',
      parseSeed,
      defaultSeeds,
    )
    .addOption(new Option('--backend <name>', 'the fastest by default').choices(backendNames))
    .option('--steps <number>', "updates; the depth's by default", Number)
    .action((dataset: string, options: Options) =>
      interruptible((signal) => evaluateFinetune(dataset, options, signal)),
    );
}

async function evaluateFinetune(dataset: string, options: Options, signal: AbortSignal): Promise<void> {
  const folders = await foldersOf(dataset, options.unrelated);
  const temporary = await mkdtemp(path.join(tmpdir(), 'akin-evaluate-finetune-'));
  const line = new ProgressLine('Training');
  const rows: Row[] = [];
  try {
    for (const loss of options.loss) {
      for (const margin of options.margin) {
        for (const seed of options.seed) {
          const row = await run(folders, { loss, margin, seed }, options, temporary, line, signal);
          rows.push(row);
          line.clear();
          if (options.json) printJson(row);
          else printLine(textOf(`${loss} ${margin} seed ${seed}`, [row]));
        }
        const own = rows.filter((row) => row.loss === loss && row.margin === margin);
        if (!options.json && own.length > 1) printLine(textOf(`${loss} ${margin} median`, own));
      }
    }
  } finally {
    line.clear();
    await rm(temporary, { recursive: true, force: true });
  }
}

async function run(
  folders: FinetuneFolders,
  { loss, margin, seed }: Pick<Row, 'loss' | 'margin' | 'seed'>,
  options: Options,
  temporary: string,
  line: ProgressLine,
  signal: AbortSignal,
): Promise<Row> {
  const folder = path.join(temporary, [loss, margin, seed].join('-'));
  await mkdir(folder);
  const { depth, backend = null, steps = null } = options;
  const settings = trainingSettingsSchema.parse({ depth, loss, margin, seed, backend, steps });
  const modelFolder = defaultModelFolder();
  const cacheFile = path.join(temporary, 'region-maxima.sqlite');
  const job = await finetuneJob(folders, settings, { folder, modelFolder, cacheFile });
  let begun = 0;
  let trained = 0;
  const { figures, backend: used } = await train(
    job,
    {
      began: () => (begun = performance.now()),
      split: () => {},
      progress: ({ phase, done, total }) => {
        if (phase === 'training') trained = performance.now();
        line.say(`${phase} ${done} of ${total}`);
      },
      point: () => {},
    },
    signal,
  );
  const after =
    options.forgotten && (await precisionOf(path.join(folder, runFiles.model), options.forgotten, signal));
  const before = options.forgotten && (await precisionOf(modelFolder, options.forgotten, signal));
  return {
    loss,
    margin,
    seed,
    figures,
    forgotten: after && before ? { before, after } : null,
    trainingSeconds: (trained - begun) / 1000,
    backend: used,
  };
}

async function foldersOf(dataset: string, unrelated: string): Promise<FinetuneFolders> {
  const { photos, queries, protocol } = await readDataset(dataset);
  if (protocol !== 'folders') throw new AkinError('dataset-unknown', { path: dataset });
  const groups = Map.groupBy(queries, ({ group }) => group);
  const listed = await listFolder(path.resolve(unrelated));
  return {
    groups: [...groups].map(([name, own]) => ({ name, photos: own.map(({ photo }) => photos[photo]!) })),
    others: photosOf(listed).map((file) => path.join(listed.root, file)),
  };
}

async function precisionOf(modelFolder: string, folder: string, signal: AbortSignal): Promise<number> {
  const model = await readModel(modelFolder);
  const variants = standardVariants(model).filter(({ name }) => name === 'whitened');
  const [measured] = await evaluateDataset(model, variants, await readDataset(folder), {
    longSide: model.settings.longSide,
    signal,
    onLeftOut: () => {},
  });
  return measured!.retrieval.mAP;
}

/** Medians, of each figure by itself. */
function textOf(name: string, rows: readonly Row[]): string {
  const of = (value: (row: Row) => number | null | undefined) => median(rows.map(value));
  const gain = (part: 'heldOutAlbums' | 'newPhotos') => {
    const before = of(({ figures }) => figures[part]?.before);
    const after = of(({ figures }) => figures[part]?.after);
    const tuned = of(({ figures }) => figures.tuned[part]);
    const won = of(({ figures }) => figures[part] && figures[part].after - figures[part].before);
    return `${before} -> ${after} (${won}; tuned ${tuned})`;
  };
  const lost = of(({ forgotten }) => forgotten && forgotten.after - forgotten.before);
  return [
    name.padEnd(32),
    `held-out albums ${gain('heldOutAlbums')}`,
    `new photos ${gain('newPhotos')}`,
    `share ${of(({ figures }) => figures.share)}`,
    `kept ${of(({ figures }) => figures.kept && 100 * figures.kept.share)} %`,
    `forgotten ${lost}`,
    `${of(({ trainingSeconds }) => trainingSeconds)} s on ${rows[0]!.backend}`,
  ].join('  ');
}

function median(values: readonly (number | null | undefined)[]): string {
  const known = values.filter((value) => value !== null && value !== undefined).sort((a, b) => a - b);
  const middle = known[Math.floor(known.length / 2)];
  return middle === undefined ? '-' : middle.toFixed(2);
}

function addMargin(value: string, before: Margin[]): Margin[] {
  const margin = parseMargin(value);
  return before === defaultMargins ? [margin] : [...before, margin];
}

function parseSeed(value: string, before: number[]): number[] {
  const seed = Number(value);
  if (!Number.isInteger(seed) || seed < 0) throw new InvalidArgumentError('It is a whole number.');
  return before === defaultSeeds ? [seed] : [...before, seed];
}
