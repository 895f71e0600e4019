/**
 * How many of the pairs that a method called are right, and how many of those that it should have called it called.
 *
 * To be called is every photo with each copy of it. Two copies of one photo count neither for a method nor against it.
 * All other pairs are false. But a folder may hold true copies that nobody marked, and then they, and copies of one
 * with the other, are called false: so precision is told twice, once counting all of them, and once without the pairs
 * of photos that were also called as they lie in the folder, which a person can look at.
 */
import type { SoughtPhoto } from './copies.ts';
import type { CalledPair } from './duplicate-method.ts';

export interface PairCounts {
  /** Called, and right. */
  readonly right: number;
  /** To be called. */
  readonly wanted: number;
  /** Called, and false: copies among them, and what `alike` counts. */
  readonly wrong: number;
  /** The false ones of photos that were called as they lie in the folder, or of their copies. */
  readonly alike: number;
}

export interface EditCounts extends PairCounts {
  /** As in `cropped 70 %`. */
  readonly edit: string;
}

export interface MeasuredPairs extends PairCounts {
  readonly threshold: number;
  /** In the order of the edits. Of false pairs, those that a copy with the edit is in. */
  readonly edits: readonly EditCounts[];
  /** The pairs that count as false: for a person to look at. */
  readonly falsePairs: readonly CalledPair[];
}

/** @returns 1 where nothing was called */
export function precisionOf({ right, wrong }: PairCounts): number {
  return right + wrong === 0 ? 1 : right / (right + wrong);
}

/** Precision without the pairs of photos that were called as they lie in the folder. */
export function precisionApart(counts: PairCounts): number {
  return precisionOf({ ...counts, wrong: counts.wrong - counts.alike });
}

export function recallOf({ right, wanted }: PairCounts): number {
  return wanted === 0 ? 1 : right / wanted;
}

type Mutable = { -readonly [Name in keyof PairCounts]: PairCounts[Name] };

/** @param pairs that were called at this threshold or beyond; each once */
export function measurePairs(
  photos: readonly SoughtPhoto[],
  pairs: readonly CalledPair[],
  threshold: number,
): MeasuredPairs {
  const called = pairs.filter(({ distance }) => distance <= threshold);
  const falsePairs = called.filter(({ one, other }) => photos[one]!.original !== photos[other]!.original);
  const untouched = falsePairs.filter(({ one, other }) => !photos[one]!.edit && !photos[other]!.edit);
  const alike = new Set(untouched.map(({ one, other }) => keyOf(one, other)));
  const all: Mutable = { right: 0, wanted: 0, wrong: 0, alike: 0 };
  const byEdit = new Map<string, Mutable>();
  for (const { edit } of photos) {
    if (!edit) continue;
    const counts = byEdit.get(edit.name) ?? { right: 0, wanted: 0, wrong: 0, alike: 0 };
    counts.wanted++;
    all.wanted++;
    byEdit.set(edit.name, counts);
  }
  for (const { one, other } of called) {
    const [a, b] = [photos[one]!, photos[other]!];
    const names = new Set([a, b].flatMap(({ edit }) => edit?.name ?? []));
    const counted = [all, ...[...names].map((name) => byEdit.get(name)!)];
    if (a.original === b.original) {
      if (!a.edit || !b.edit) for (const counts of counted) counts.right++;
      continue;
    }
    const isAlike = alike.has(keyOf(a.original, b.original));
    for (const counts of counted) {
      counts.wrong++;
      if (isAlike) counts.alike++;
    }
  }
  return { threshold, ...all, falsePairs, edits: [...byEdit].map(([edit, counts]) => ({ edit, ...counts })) };
}

/**
 * The threshold with the most right pairs of those whose precision is at least so high; null where there is none.
 * Of several that are as good, the strictest.
 */
export function bestThreshold(
  photos: readonly SoughtPhoto[],
  pairs: readonly CalledPair[],
  leastPrecision: number,
): MeasuredPairs | null {
  let best: MeasuredPairs | null = null;
  const thresholds = [...new Set(pairs.map(({ distance }) => distance))].sort((a, b) => a - b);
  for (const threshold of thresholds) {
    const measured = measurePairs(photos, pairs, threshold);
    if (precisionOf(measured) >= leastPrecision && measured.right > (best?.right ?? 0)) best = measured;
  }
  return best;
}

/** Copies with an edit whose photo was not called with them: pairs of places, the photo first. */
export function missedPairs(
  photos: readonly SoughtPhoto[],
  pairs: readonly CalledPair[],
  threshold: number,
): [photo: number, copy: number][] {
  const called = new Set<string>();
  for (const { one, other, distance } of pairs) if (distance <= threshold) called.add(keyOf(one, other));
  return photos.flatMap(({ original, edit }, copy): [number, number][] =>
    edit && !called.has(keyOf(original, copy)) ? [[original, copy]] : [],
  );
}

/**
 * Pairs of different photos that show one thing: how many there are, and how many of these were called.
 * @param groups places of photos as they lie in the folder
 */
export function countInGroups(
  groups: readonly ReadonlySet<number>[],
  pairs: readonly CalledPair[],
): { called: number; pairs: number } {
  const inGroups = new Set<string>();
  for (const group of groups) {
    const places = [...group];
    for (const [at, one] of places.entries())
      for (const other of places.slice(at + 1)) inGroups.add(keyOf(one, other));
  }
  const called = pairs.filter(({ one, other }) => inGroups.has(keyOf(one, other)));
  return { called: called.length, pairs: inGroups.size };
}

function keyOf(one: number, other: number): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}
