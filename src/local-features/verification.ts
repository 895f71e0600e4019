import { applyHomography, composeHomographies } from './homography.ts';
import type { Homography } from './homography.ts';
import { countOf, localDimensions } from './features.ts';
import type { LocalFeatures } from './features.ts';
import { matchFeatures } from './matching.ts';
import type { Matches } from './matching.ts';
import { findConsensus } from './ransac.ts';

/** [x, y, width, height] as fractions of the upright photo. */
type Box = readonly [x: number, y: number, width: number, height: number];

/** On how much geometry two photos agree. */
export interface Verification {
  /** Keypoints that agree; 0 if they are too few to mean anything. */
  readonly inliers: number;
  /**
   * From the query photo to the other one, both in fractions of the upright photo, [3, 3] row-major; null without
   * inliers.
   */
  readonly homography: Homography | null;
  /** [inliers, 4]: x and y in the query photo, x and y in the other one, as fractions. */
  readonly pairs: Float32Array;
}

export interface VerificationOptions {
  /** Only keypoints in this box of the query photo count. */
  readonly queryBox?: Box | undefined;
}

/**
 * Fewer inliers than this happen by chance and count as none. Measured with 512 keypoints of photos 512 pixels wide:
 * 24 of 12,000 pairs of unrelated photos have as many (5 have 9, none has 10), and of 267 pairs that show one building
 * 151 have (128 have 10). Among the first 100 results for 23 photos of buildings, where others look alike too, it is
 * 182 right ones of 305, still more than are right by rank alone: average precision rises from 64 to 72 (from 66 to 69
 * for 30 photos of groceries), and a higher limit makes that less.
 */
export const leastInliers = 8;

/**
 * As many inliers are taken as proof. Chosen on the queries of four of the five buildings: with 10 or 11, 8 of their
 * results are wrong, towers of one style mostly, with 12 or more none. Of all results 159 of 160 are right then (eight
 * of them show a building where the truth leaves it out; with 10 it would be 167 of 188), as are 78 of the 153 pairs of
 * the fifth building. Of 1,000 pairs of one kind of grocery 249 are proven, and of 3,000 pairs of two kinds 1: cartons
 * of one maker. Of 12,000 pairs of unrelated photos, none is.
 */
const provenInliers = 12;

/**
 * How far an inlier may be off, as a share of the picture's long side: 3 pixels of 512. With 0.008 or 0.012, the same
 * numbers of right pairs and wrong ones have two or four inliers more, and the average precision is the same.
 */
const tolerance = 0.006;

/** Any number will do: every pair of photos is judged with the same one, so that its answer can be stored. */
const seed = 1;

/** What each inlier adds to the score, up to the most that count. */
const bonus = { each: 0.0125, mostInliers: 60 };

/** Whether so many inliers prove that two photos show the same thing; fewer make it likely. */
export function isVerified(inliers: number): boolean {
  return inliers >= provenInliers;
}

/**
 * The score by which results are sorted once their keypoints were compared: from 8 inliers on, each adds 0.0125, up to
 * 0.75 for 60 or more.
 */
export function verifiedScore(score: number, inliers: number): number {
  return inliers < leastInliers ? score : score + bonus.each * Math.min(inliers, bonus.mostInliers);
}

const unverified: Verification = { inliers: 0, homography: null, pairs: new Float32Array() };

/**
 * Whether two photos show the same thing: keypoints that match and agree on one homography. The answer to the same
 * two photos is always the same.
 */
export async function verify(
  query: LocalFeatures,
  other: LocalFeatures,
  { queryBox }: VerificationOptions = {},
): Promise<Verification> {
  const part = queryBox ? inside(query, queryBox) : query;
  return agreement(part, other, await matchFeatures(part, other));
}

function agreement(query: LocalFeatures, other: LocalFeatures, matches: Matches): Verification {
  const count = matches.query.length;
  if (count < leastInliers) return unverified;
  const points = new Float64Array(count * 4);
  for (let row = 0; row < count; row++) {
    points.set(positionOf(query, matches.query[row]!), row * 4);
    points.set(positionOf(other, matches.other[row]!), row * 4 + 2);
  }
  const consensus = findConsensus(points, {
    tolerance: [toleranceIn(query), toleranceIn(other)],
    leastInliers,
    seed,
  });
  if (!consensus) return unverified;
  const sizes = [query.width, query.height, other.width, other.height];
  const pairs = Float32Array.from(
    { length: consensus.inliers.length * 4 },
    (_, cell) => points[consensus.inliers[cell >> 2]! * 4 + (cell & 3)]! / sizes[cell & 3]!,
  );
  const enlarge = Float64Array.of(query.width, 0, 0, 0, query.height, 0, 0, 0, 1);
  const reduce = Float64Array.of(1 / other.width, 0, 0, 0, 1 / other.height, 0, 0, 0, 1);
  const homography = composeHomographies(reduce, composeHomographies(consensus.homography, enlarge));
  return { inliers: consensus.inliers.length, homography, pairs };
}

function positionOf({ positions }: LocalFeatures, index: number): Float32Array {
  return positions.subarray(index * 2, index * 2 + 2);
}

function toleranceIn({ width, height }: LocalFeatures): number {
  return tolerance * Math.max(width, height);
}

/** The features whose keypoints lie in the box. */
function inside(features: LocalFeatures, [left, top, width, height]: Box): LocalFeatures {
  const { positions, descriptors } = features;
  const kept: number[] = [];
  for (let index = 0; index < countOf(features); index++) {
    const x = positions[index * 2]! / features.width - left;
    const y = positions[index * 2 + 1]! / features.height - top;
    if (x >= 0 && x <= width && y >= 0 && y <= height) kept.push(index);
  }
  const part = new Int8Array(kept.length * localDimensions);
  for (const [row, index] of kept.entries()) {
    part.set(
      descriptors.subarray(index * localDimensions, (index + 1) * localDimensions),
      row * localDimensions,
    );
  }
  return {
    ...features,
    positions: Float32Array.from(kept.flatMap((index) => [...positionOf(features, index)])),
    descriptors: part,
  };
}

/**
 * Where the query photo, or a box on it, lies on the other photo.
 * @returns [4, 2]: its corners from the upper left on clockwise, as fractions, which may be outside 0 to 1; null if
 *   the photos are not verified or a corner would lie beyond the horizon
 */
export function outline(
  { homography }: Pick<Verification, 'homography'>,
  [left, top, width, height]: Box = [0, 0, 1, 1],
): Float32Array | null {
  if (!homography) return null;
  const corners: number[] = [];
  for (const [across, down] of [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ] as const) {
    const corner = applyHomography(homography, left + across * width, top + down * height);
    if (!corner) return null;
    corners.push(...corner);
  }
  return Float32Array.from(corners);
}
