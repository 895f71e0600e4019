import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import {
  backendNames,
  depths,
  distanceSchema,
  losses,
  samplingSchema,
  trainingSourceSchema,
} from '../api-training.ts';
import type {
  BackendName,
  Decision,
  Depth,
  LossName,
  Margin,
  Run,
  TrainingPoint,
  TrainingProgress,
  TrainingWishes,
} from '../api-training.ts';
import { AkinError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import type { Library } from '../library.ts';
import { indexPhotos } from './index-photos.ts';
import { showDescribing } from './describing-line.ts';
import { parseMargin } from './margin.ts';
import { ProgressLine } from './progress-line.ts';
import { printJson, printLine, withLibrary } from './session.ts';
import type { LibraryOptions, Session } from './session.ts';
import { figuresOf, headingOf } from './train-report.ts';

interface DecisionOptions extends LibraryOptions {
  accept?: boolean;
  keep?: boolean;
  name?: string;
}

interface TrainOptions extends DecisionOptions {
  source: 'albums' | 'places';
  album?: string[];
  depth: Depth;
  loss: LossName;
  margin: Margin;
  distance: 'euclidean' | 'squared-euclidean';
  sampling: 'random' | 'hard-albums' | 'hard-negatives';
  backend?: BackendName;
  seed: number;
  heldOut: number;
  steps?: number;
  judgements: boolean;
  unlabelled: boolean;
}

const doing: Record<TrainingProgress['phase'], string> = {
  preparing: 'Preparing',
  training: 'Training',
  measuring: 'Measuring',
  saving: 'Saving',
};
const decisions = { accept: 'accepted', keep: 'kept', discard: 'discarded' } as const satisfies Record<
  string,
  Decision
>;

/** `akin train`: teaches the model what the user's albums tell apart. */
export function trainCommand(): Command {
  const command = new Command('train')
    .description('Train the model on the albums of the library, and say what that brings.')
    .addOption(
      new Option('--source <name>', 'what is learnt from')
        .choices(trainingSourceSchema.options)
        .default('albums'),
    )
    .option('--album <name...>', 'learn from these only (default: all that are large enough)')
    .addOption(
      new Option('--depth <name>', 'how much of the model is trained').choices(depths).default('head'),
    )
    .addOption(new Option('--loss <name>', 'what is minimised').choices(losses).default('batch-hard'))
    .option('--margin <soft|number>', 'soft, or that of a hinge', parseMargin, 'soft')
    .addOption(
      new Option('--distance <name>', 'between descriptors')
        .choices(distanceSchema.options)
        .default('euclidean'),
    )
    .addOption(
      new Option('--sampling <name>', 'how albums come together in a batch')
        .choices(samplingSchema.options)
        .default('random'),
    )
    .addOption(
      new Option('--backend <name>', 'what computes it (default: the fastest here)').choices(backendNames),
    )
    .option('--seed <number>', 'of all that is random', parseCount, 1)
    .option('--held-out <share>', 'kept out of training to measure it, 0.1 to 0.5', parseShare, 0.25)
    .option('--steps <count>', "updates (default: the depth's own)", parseCount)
    .option('--no-judgements', 'leave out what was judged about pairs of photos')
    .option('--no-unlabelled', 'leave out photos that are in no album')
    .action(async (_options, own: Command) => {
      const options = own.optsWithGlobals<TrainOptions>();
      await withLibrary(options, async (session) => {
        const { library } = session;
        if (library.hasUnscannedFolders()) await indexPhotos(library);
        if (session.signal.aborted) return;
        await follow(session, options, () => library.training.start(wishesOf(library, options)));
      });
    });
  return withDecision(command)
    .addCommand(resumeCommand())
    .addCommand(runsCommand())
    .addCommand(decideCommand())
    .addCommand(backendsCommand());
}

function withDecision(command: Command): Command {
  return command
    .addOption(new Option('--accept', 'use the new model, if it is better').conflicts('keep'))
    .option('--keep', 'keep the new model as a version, without using it')
    .option('--name <name>', 'of the version');
}

function resumeCommand(): Command {
  return withDecision(
    new Command('resume').description('Go on with a run that was interrupted, cancelled, or failed.'),
  )
    .argument('<run>', 'its number, see "akin train runs"', parseCount)
    .action(async (runId: number, _options, command: Command) => {
      const options = command.optsWithGlobals<DecisionOptions>();
      await withLibrary(options, (session) =>
        follow(session, options, () => session.library.training.resume(runId)),
      );
    });
}

function runsCommand(): Command {
  return new Command('runs')
    .description('List the runs, newest first.')
    .action(async (_options, command: Command) =>
      withLibrary(command.optsWithGlobals<LibraryOptions>(), async ({ library, json }) => {
        for (const run of library.training.runs()) {
          if (json) printJson(run);
          else printLine(headingOf(run));
        }
      }),
    );
}

function decideCommand(): Command {
  return new Command('decide')
    .description('Accept, keep or discard what a run came to.')
    .argument('<run>', 'its number, see "akin train runs"', parseCount)
    .addArgument(new Argument('<decision>').choices(Object.keys(decisions)))
    .option('--name <name>', 'of the version')
    .action(async (runId: number, decision: keyof typeof decisions, _options, command: Command) => {
      const options = command.optsWithGlobals<DecisionOptions>();
      await withLibrary(options, (session) => decide(session, runId, decisions[decision], options.name));
    });
}

function backendsCommand(): Command {
  return new Command('backends')
    .description('List what can train on this machine.')
    .action(async (_options, command: Command) =>
      withLibrary(command.optsWithGlobals<LibraryOptions>(), async ({ library, json }) => {
        for (const state of await library.training.backends()) {
          const { backend, device, available, reason } = state;
          if (json) printJson(state);
          else printLine(`${backend.padEnd(12)}${available ? device : `not available: ${reason}`}`);
        }
      }),
    );
}

/** @throws AkinError `album-unknown` */
function wishesOf(library: Library, options: TrainOptions): TrainingWishes {
  const { source, depth, loss, margin, distance, sampling, seed, heldOut, judgements, unlabelled } = options;
  const { album, backend = null, steps = null } = options;
  const known = new Map(
    source === 'albums'
      ? library.albums.list().map(({ id, name }) => [name, id])
      : library.places.list().map(({ id, name }) => [name, id]),
  );
  const albumIds =
    album?.map((name) => {
      const id = known.get(name);
      if (id === undefined) throw new AkinError(source === 'albums' ? 'album-unknown' : 'place-unknown');
      return id;
    }) ?? null;
  const plain = { source, depth, loss, margin, distance, sampling, seed, heldOut, judgements, unlabelled };
  return { ...plain, albumIds, backend, steps };
}

/**
 * Shows a run until it has ended, and decides about it.
 * @throws AkinError what ended the run
 */
async function follow(session: Session, options: DecisionOptions, begin: () => Promise<Run>): Promise<void> {
  const { library, signal, json } = session;
  const { training } = library;
  const progress = new TrainingLines();
  const show = (current: TrainingProgress) => progress.show(current);
  const tell = ({ point }: { point: TrainingPoint }) => {
    if (json) printJson({ point });
  };
  const cancel = () => training.cancel();
  training.on('progress', show);
  training.on('point', tell);
  signal.addEventListener('abort', cancel);
  let runId: number;
  try {
    ({ id: runId } = await begin());
    if (signal.aborted) cancel();
    await training.finished();
  } finally {
    progress.clear();
    signal.removeEventListener('abort', cancel);
    training.off('point', tell);
    training.off('progress', show);
  }
  const { run } = await training.run(runId);
  if (json) printJson({ run });
  else for (const line of [headingOf(run), ...figuresOf(run)]) printLine(line);
  if (run.state !== 'done') progress.say(`Go on with it by "akin train resume ${runId}".`);
  if (run.error) throw new AkinError(run.error.code as ErrorCode, run.error.details);
  if (run.state !== 'done') return;
  if (options.accept && !run.figures?.better) {
    progress.say(`It is not better where it was measured: the model stays as it is.`);
  } else if (options.accept || options.keep) {
    await decide(session, runId, options.accept ? 'accepted' : 'kept', options.name);
  }
}

/** An accepted model describes the library before it is used. */
async function decide(
  { library, signal, json }: Session,
  runId: number,
  decision: Decision,
  name?: string,
): Promise<void> {
  const { training, models } = library;
  const cancel = () => void models.cancel();
  signal.addEventListener('abort', cancel);
  try {
    await showDescribing(models, async () => {
      const run = await training.decide(runId, decision, name);
      if (signal.aborted) cancel();
      // A notice has told why.
      if (await models.finished()) process.exitCode = 1;
      if (json) printJson({ run });
      else printLine(headingOf(run));
    });
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** A line of progress for each phase of a run. */
class TrainingLines {
  #line = new ProgressLine();
  #phase: TrainingProgress['phase'] | null = null;

  show({ phase, done, total, etaSeconds }: TrainingProgress): void {
    if (phase !== this.#phase) {
      this.clear();
      this.#line = new ProgressLine(doing[phase]);
      this.#phase = phase;
    }
    // What a second brings is not always photos.
    this.#line.show({ phase: 'indexing', done, total, etaSeconds, rate: 0, failed: 0 });
  }

  say(message: string): void {
    this.#line.say(message);
  }

  clear(): void {
    this.#line.clear();
  }
}

function parseCount(value: string): number {
  const count = Number(value);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('It must be 1 or more.');
  return count;
}

function parseShare(value: string): number {
  const share = Number(value);
  if (!(share >= 0.1 && share <= 0.5)) throw new InvalidArgumentError('It must be from 0.1 to 0.5.');
  return share;
}
