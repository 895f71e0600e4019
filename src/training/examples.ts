/** Queries that training helped most, and those that it harmed most. */
import type { TrainingExample } from '../api-training.ts';

/** How one model answered one query. */
export interface Answer {
  /** Average precision in percent. */
  readonly precision: number;
  /** The first results, best first, as places of photos. */
  readonly matches: readonly number[];
}

/** A query as the model before training and the one after answered it. */
export interface Comparison {
  readonly photo: number;
  /** Places of the photos that belong to it. */
  readonly positives: ReadonlySet<number>;
  readonly before: Answer;
  readonly after: Answer;
}

/** Examples of each kind: as many as a screen shows. */
const examplesOfKind = 6;

/** Less than a point is no change that one would see. */
const leastChange = 1;

/**
 * @param photoIds of the library, by place
 * @returns most improved first, and worst first
 */
export function chooseExamples(
  comparisons: readonly Comparison[],
  photoIds: readonly number[],
): { improved: TrainingExample[]; worse: TrainingExample[] } {
  const gain = ({ before, after }: Comparison) => after.precision - before.precision;
  const first = (direction: 1 | -1) =>
    comparisons
      .filter((comparison) => direction * gain(comparison) >= leastChange)
      .sort((a, b) => direction * (gain(b) - gain(a)) || a.photo - b.photo)
      .slice(0, examplesOfKind)
      .map((comparison) => example(comparison, photoIds));
  return { improved: first(1), worse: first(-1) };
}

function example(
  { photo, positives, before, after }: Comparison,
  photoIds: readonly number[],
): TrainingExample {
  const side = ({ precision, matches }: Answer) => ({
    precision,
    matches: matches.map((place) => ({ photoId: photoIds[place]!, right: positives.has(place) })),
  });
  return { photoId: photoIds[photo]!, before: side(before), after: side(after) };
}
