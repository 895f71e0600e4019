/** Places as their definition says, with every average computed anew from the matches for every merge. */
import type { Constraints } from '../../src/search/place-decisions.ts';
import type { CutPlace, Match } from '../../src/search/places.ts';

export function referencePlaces(
  matches: readonly Match[],
  constraints: Partial<Constraints> = {},
): CutPlace[] {
  const { together = [], apart = [] } = constraints;
  const valid = matches.filter(({ inliers }) => inliers >= 8);
  const photos = [...new Set([...valid.flatMap(({ a, b }) => [a, b]), ...together.flat(), ...apart.flat()])];
  let parts = photos.filter((photo) => !together.flat().includes(photo)).map((photo) => [photo]);
  parts.push(...together.map((group) => [...group]));
  for (;;) {
    const best = bestMerge(parts, valid, apart);
    if (!best) break;
    parts = [...parts.filter((part) => part !== best.x && part !== best.y), [...best.x, ...best.y]];
  }
  const places = parts.filter((part) => part.length > 1).map((part) => placeOf(part, valid));
  return places.sort(
    (x, y) => y.photos.length - x.photos.length || y.pairs - x.pairs || x.photos[0]! - y.photos[0]!,
  );
}

function bestMerge(
  parts: readonly number[][],
  matches: readonly Match[],
  apart: readonly (readonly [number, number])[],
): { x: number[]; y: number[] } | null {
  let best: { x: number[]; y: number[]; average: number } | null = null;
  const byName = parts.toSorted((x, y) => Math.min(...x) - Math.min(...y));
  for (const [at, x] of byName.entries()) {
    for (const y of byName.slice(at + 1)) {
      const between = matches.filter(
        ({ a, b }) => (x.includes(a) && y.includes(b)) || (x.includes(b) && y.includes(a)),
      );
      const weight = between.reduce((sum, match) => sum + weightOf(match), 0);
      const average = weight / (x.length * y.length);
      const mayNot = apart.some(
        ([a, b]) => (x.includes(a) && y.includes(b)) || (x.includes(b) && y.includes(a)),
      );
      if (mayNot || weight < 13 || average < 0.9) continue;
      if (!best || average > best.average) best = { x, y, average };
    }
  }
  return best;
}

function weightOf({ inliers }: Match): number {
  return inliers > 25 ? 18 : inliers - 7;
}

function placeOf(part: readonly number[], matches: readonly Match[]): CutPlace {
  const inside = matches.filter(({ a, b }) => part.includes(a) && part.includes(b));
  const rank = (photo: number) => {
    const own = inside.filter(({ a, b }) => a === photo || b === photo);
    return {
      photo,
      weight: own.reduce((sum, match) => sum + weightOf(match), 0),
      inliers: own.reduce((sum, { inliers }) => sum + inliers, 0),
    };
  };
  const ranks = part.map(rank);
  ranks.sort((x, y) => y.weight - x.weight || y.inliers - x.inliers || x.photo - y.photo);
  return { photos: ranks.map(({ photo }) => photo), pairs: inside.length };
}
