/** How well a model finds what belongs together, before and after training. */
import type { Gain } from '../api-training.ts';
import { createDescriber, describeMaxima, joinScales } from '../descriptor/describe.ts';
import { createHead } from '../descriptor/head.ts';
import { dot } from '../descriptor/vectors.ts';
import { AkinError } from '../errors.ts';
import type { Query } from '../evaluation/query.ts';
import { RetrievalMeasure } from '../evaluation/retrieval.ts';
import type { Model } from '../model/model-folder.ts';
import { gainInterval } from './bootstrap.ts';
import type { Comparison } from './examples.ts';
import type { Pictures } from './pictures.ts';
import type { RegionMaxima } from './region-maxima.ts';

/** Descriptors of length 1, by place. */
export type Descriptors = ReadonlyMap<number, Float32Array>;

export interface DescribeOptions {
  /** Region maxima by the model's trunk, where only heads differ; null to run the trunk. */
  readonly maxima: RegionMaxima | null;
  readonly threads?: number;
  readonly report: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/** Photos that are described at a time. */
const batchSize = 8;

/**
 * Describes photos as search does, at the model's own size and scales. For figures that only choose between models,
 * one with a smaller `longSide` in its settings costs less.
 *
 * @returns without the photos that cannot be read
 * @throws what the signal throws
 */
export async function describePlaces(
  model: Model,
  pictures: Pictures,
  places: readonly number[],
  options: DescribeOptions,
): Promise<Descriptors> {
  const { maxima, report, signal } = options;
  const threads = options.threads === undefined ? {} : { threads: options.threads };
  const describer = maxima
    ? await maximaDescriber(model, maxima, threads)
    : await pictureDescriber(model, pictures, threads);
  const descriptors = new Map<number, Float32Array>();
  try {
    for (let from = 0; from < places.length; from += batchSize) {
      signal.throwIfAborted();
      const part = places.slice(from, from + batchSize);
      for (const [place, descriptor] of await readableOf(part, describer.describe)) {
        descriptors.set(place, descriptor);
      }
      report(from + part.length, places.length);
    }
  } finally {
    await describer.release();
  }
  return descriptors;
}

interface PlaceDescriber {
  describe(places: readonly number[]): Promise<Float32Array[]>;
  release(): Promise<void>;
}

async function pictureDescriber(
  model: Model,
  pictures: Pictures,
  options: { threads?: number },
): Promise<PlaceDescriber> {
  const describer = await createDescriber(model, options);
  return {
    async describe(places) {
      const pixels = await Promise.all(places.map((place) => pictures.get(place)));
      return (await describer.describe(pixels)).map(({ descriptor }) => descriptor);
    },
    release: () => describer.release(),
  };
}

async function maximaDescriber(
  model: Model,
  maxima: RegionMaxima,
  options: { threads?: number },
): Promise<PlaceDescriber> {
  const { settings } = model;
  const head = await createHead(model.head, model.channels, options);
  return {
    async describe(places) {
      const made = [];
      for (const scale of settings.scales) {
        const maps = await maxima.get(places.map((place) => ({ place, view: { scale } })));
        made.push(await describeMaxima(head, settings, maps));
      }
      return joinScales(made, settings.scales).map(({ descriptor }) => descriptor);
    },
    release: () => head.release(),
  };
}

/** Describes all together; where one of them cannot be read, one by one. */
async function readableOf(
  places: readonly number[],
  describe: PlaceDescriber['describe'],
): Promise<[number, Float32Array][]> {
  try {
    const made = await describe(places);
    return places.map((place, at) => [place, made[at]!]);
  } catch (error) {
    if (!(error instanceof AkinError) || !error.code.startsWith('photo-')) throw error;
    if (places.length === 1) return [];
    const parts = [];
    for (const place of places) parts.push(await readableOf([place], describe));
    return parts.flat();
  }
}

/** Photos that belong together, of which some are searched with. */
export interface MeasuredAlbum {
  readonly id: number;
  readonly photos: readonly number[];
  /** Those of `photos` that are searched with. */
  readonly queries: readonly number[];
}

export interface Measurement {
  readonly gain: Gain;
  readonly comparisons: Comparison[];
}

/** Results that an example shows. */
const firstMatches = 6;

/**
 * Searches with every query of the albums among all of `database`; the other photos of its album are right, all else
 * is wrong. For albums that training saw nothing of, all photos are queries; for new photos of those that it did, the
 * held-out ones are, and the photos that were learnt from are among what they should find, as they will be for who
 * uses the model. Both are asked among the photos of all albums and some of none: a smaller database would flatter.
 *
 * @param database places of the photos that are searched, those of the albums among them
 * @param seed of the bootstrap interval
 * @returns null where there is nothing to search with
 */
export function compareModels(
  albums: readonly MeasuredAlbum[],
  database: readonly number[],
  before: Descriptors,
  after: Descriptors,
  seed: number,
): Measurement | null {
  const searched = database.filter((place) => before.has(place) && after.has(place));
  // The measure knows photos by their places among those that are searched.
  const rows = new Map(searched.map((place, row) => [place, row]));
  const queries = albums.flatMap((album) => queriesOf(album, rows));
  if (queries.length === 0) return null;
  const [one, other] = [before, after].map((descriptors) => answersOf(queries, searched, descriptors));
  const gains = queries.map((_, at) => other!.perQuery[at]! - one!.perQuery[at]!);
  const groups = queries.map(({ group }) => group);
  return {
    gain: {
      queries: queries.length,
      before: one!.mAP,
      after: other!.mAP,
      interval: gainInterval(gains, groups, seed),
    },
    comparisons: queries.map(({ photo, positives }, at) => ({
      photo: searched[photo]!,
      positives: new Set([...positives].map((row) => searched[row]!)),
      before: { precision: one!.perQuery[at]!, matches: one!.matches[at]! },
      after: { precision: other!.perQuery[at]!, matches: other!.matches[at]! },
    })),
  };
}

/** Mean average precision of one model alone, in percent; see `compareModels`. */
export function meanPrecision(
  albums: readonly MeasuredAlbum[],
  database: readonly number[],
  descriptors: Descriptors,
): number | null {
  const searched = database.filter((place) => descriptors.has(place));
  const rows = new Map(searched.map((place, row) => [place, row]));
  const queries = albums.flatMap((album) => queriesOf(album, rows));
  return queries.length === 0 ? null : answersOf(queries, searched, descriptors).mAP;
}

function queriesOf({ id, photos, queries }: MeasuredAlbum, rows: ReadonlyMap<number, number>): Query[] {
  const members = photos.flatMap((place) => rows.get(place) ?? []);
  if (members.length < 2) return [];
  return queries.flatMap((place) => {
    const photo = rows.get(place);
    if (photo === undefined) return [];
    const positives = new Set(members.filter((member) => member !== photo));
    return [{ photo, positives, junk: new Set<number>(), group: String(id) }];
  });
}

function answersOf(queries: readonly Query[], searched: readonly number[], descriptors: Descriptors) {
  const all = searched.map((place) => descriptors.get(place)!);
  const measure = new RetrievalMeasure();
  const matches = queries.map((query) => {
    const scores = all.map((descriptor) => dot(all[query.photo]!, descriptor));
    measure.add(query, scores);
    return best(scores, query.photo).map((row) => searched[row]!);
  });
  const { mAP, perQuery } = measure.result();
  return { mAP, perQuery, matches };
}

function best(scores: readonly number[], own: number): number[] {
  return [...scores.keys()]
    .filter((row) => row !== own)
    .sort((a, b) => scores[b]! - scores[a]! || a - b)
    .slice(0, firstMatches);
}
