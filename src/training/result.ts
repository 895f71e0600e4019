/** What a run came to: the proposed model, beside its parent and beside what training left. */
import type { Figures, Gain } from '../api-training.ts';
import type { Model } from '../model/model-folder.ts';
import { chooseExamples } from './examples.ts';
import type { TrainingJob } from './job.ts';
import { keptShare } from './kept.ts';
import { compareModels, describePlaces, meanPrecision } from './measure.ts';
import type { Descriptors, MeasuredAlbum } from './measure.ts';
import { newPhotoAlbums, ownAlbumsOf, validationAlbums } from './parts.ts';
import type { TrainingParts } from './parts.ts';
import type { Pictures } from './pictures.ts';
import { propose } from './propose.ts';
import type { RegionMaxima } from './region-maxima.ts';
import type { TrainingReport } from './report.ts';
import { mixed } from './tuned-model.ts';

export interface MeasuringOptions {
  /** Region maxima by the parent's trunk where that was not trained, else null. */
  readonly maxima: RegionMaxima | null;
  readonly report: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

export interface RunResult {
  readonly model: Model;
  readonly figures: Omit<Figures, 'stopped' | 'seconds'>;
  readonly examples: TrainingReport['examples'];
}

/** Pixels of the long side, where figures only choose between models. */
const choosingSide = 320;

/** Photos outside the albums that a search is among, or that the share is chosen by. */
const mostOthers = 200;

/** Fewer queries than these would decide by chance. */
const leastQueries = 8;

/**
 * How well a model finds the validation photos among those that are learnt from, in percent; null where there are none.
 * @throws what the signal throws
 */
export async function validationPrecision(
  model: Model,
  parts: TrainingParts,
  pictures: Pictures,
  options: MeasuringOptions,
): Promise<number | null> {
  const albums = validationAlbums(parts);
  const places = albums.flatMap(({ photos }) => photos);
  if (albums.reduce((sum, { queries }) => sum + queries.length, 0) < leastQueries) return null;
  return meanPrecision(albums, places, await describeToChoose(model, pictures, places, options));
}

/** Where the trunk has to run, of smaller pictures: no figures that are reported come from these. */
export function describeToChoose(
  model: Model,
  pictures: Pictures,
  places: readonly number[],
  options: MeasuringOptions,
): Promise<Descriptors> {
  const chosen = options.maxima ? model : atSide(model, choosingSide);
  return describePlaces(chosen, pictures, places, options);
}

/**
 * Chooses how much of what was learnt is proposed, and measures it on what decided nothing.
 * @throws what the signal throws
 */
export async function resultOf(
  job: TrainingJob,
  parts: TrainingParts,
  pictures: Pictures,
  parent: Model,
  tuned: Model,
  options: MeasuringOptions,
): Promise<RunResult> {
  const quiet: MeasuringOptions = { ...options, report: () => {} };
  const keptOf = async (others: readonly number[]) => {
    const describe = (model: Model) =>
      describePlaces(atSide(model, choosingSide), pictures, others, { ...quiet, maxima: null });
    const before = await describe(parent);
    return async (model: Model) => keptShare(...inOrder(before, await describe(model)));
  };
  // What is reported must not choose: other photos do.
  const keptToChoose = await keptOf(parts.othersTraining.slice(0, mostOthers));
  const others = parts.othersMeasured.slice(0, mostOthers);
  const kept = await keptOf(others);
  const proposal = await propose(await validationPrecision(parent, parts, pictures, quiet), async (share) => {
    const model = mixed(parent, tuned, share);
    const validation = await validationPrecision(model, parts, pictures, quiet);
    return { share, validation, kept: await keptToChoose(model) };
  });
  const model = proposal.share === 1 ? tuned : mixed(parent, tuned, proposal.share);
  const keptByModel = await kept(model);
  const figures = await measure(job, parts, pictures, [parent, model, tuned], others, options);
  return {
    model,
    figures: {
      ...figures.gains,
      kept: keptFigure(others, keptByModel),
      share: proposal.share,
      tuned: { ...figures.tuned, kept: model === tuned ? keptByModel : await kept(tuned) },
      better: proposal.better,
    },
    examples: figures.examples,
  };
}

function keptFigure(others: readonly number[], share: number | null): Figures['kept'] {
  return share === null ? null : { photos: others.length, share };
}

/** Describes all photos by each of the models, and compares what is found. */
async function measure(
  job: TrainingJob,
  parts: TrainingParts,
  pictures: Pictures,
  models: readonly [parent: Model, proposed: Model, tuned: Model],
  others: readonly number[],
  options: MeasuringOptions,
) {
  const heldOut = parts.heldOutAlbums.map(({ id, photos: own }) => ({ id, photos: own, queries: own }));
  const fresh = newPhotoAlbums(parts);
  const own = ownAlbumsOf(job, parts);
  const database = [
    ...new Set([...[...heldOut, ...fresh, ...own].flatMap((album) => album.photos), ...others]),
  ];
  const described = new Map<Model, Descriptors>();
  const distinct = [...new Set(models)];
  for (const [at, model] of distinct.entries()) {
    const report = (done: number) =>
      options.report(at * database.length + done, distinct.length * database.length);
    described.set(model, await describePlaces(model, pictures, database, { ...options, report }));
  }
  const [before, after, tuned] = models.map((model) => described.get(model)!) as [
    Descriptors,
    Descriptors,
    Descriptors,
  ];
  const compare = (albums: readonly MeasuredAlbum[]) =>
    compareModels(albums, database, before, after, job.settings.seed);
  const [one, two, three] = [compare(heldOut), compare(fresh), compare(own)];
  const comparisons = [one, two].flatMap((measured) => measured?.comparisons ?? []);
  const gainOf = (measured: { gain: Gain } | null) => measured?.gain ?? null;
  return {
    gains: { heldOutAlbums: gainOf(one), newPhotos: gainOf(two), ownAlbums: gainOf(three) },
    tuned: {
      heldOutAlbums: meanPrecision(heldOut, database, tuned),
      newPhotos: meanPrecision(fresh, database, tuned),
    },
    examples: chooseExamples(
      comparisons,
      job.photos.map(({ id }) => id),
    ),
  };
}

function atSide(model: Model, longSide: number): Model {
  const settings = { ...model.settings, longSide: Math.min(longSide, model.settings.longSide), scales: [1] };
  return { ...model, settings };
}

/** Descriptors of the photos that both have. */
function inOrder(one: Descriptors, other: Descriptors): [Float32Array[], Float32Array[]] {
  const both = [...one.keys()].filter((place) => other.has(place));
  return [both.map((place) => one.get(place)!), both.map((place) => other.get(place)!)];
}
