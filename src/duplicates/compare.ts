/**
 * Compares two photos that may be one shot. Their pictures are laid over each other: as they are, turned or mirrored;
 * else as their keypoints agree. How well what is then seen agrees, block by block, decides.
 */
import type { LocalFeatures } from '../local-features/features.ts';
import { isVerified, verify } from '../local-features/verification.ts';
import type { RgbPixels } from '../model/trunk.ts';
import { asAffine, asHomography, compose, fitAffine, invert } from './affine.ts';
import type { Affine } from './affine.ts';
import { findEdits } from './edits.ts';
import { layOver, lookThrough } from './lay-over.ts';
import type { Fit } from './lay-over.ts';
import { isTransposed, mirrored, orientationMap, orientations, turnSquare, upright } from './orientation.ts';
import type { Orientation } from './orientation.ts';
import { plainPicture, samePlainPicture } from './plain.ts';
import type { PlainPicture } from './plain.ts';
import { flatnessOf, greyOf, pyramidOf, shrink } from './plane.ts';
import type { Pyramid } from './plane.ts';
import { findOnPage } from './template.ts';
import type { Verdict } from './verdict.ts';

/** Changes whenever pairs have to be compared once more. */
export const compareMethod = 'compare 1';

/** Pairs that are as certain as this are taken for duplicates, unless the user is stricter or less strict. */
export const defaultStrictness = 0.5;

/** A photo as it is compared. */
export interface ComparablePhoto {
  /** Upright size of the original, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly features: LocalFeatures;
  /** Upright and small, as a thumbnail is. */
  readonly picture: RgbPixels;
  /** Of the photo in an orientation; they are made when asked for. */
  featuresIn(orientation: Orientation): Promise<LocalFeatures>;
}

export interface CompareOptions {
  /** How alike the descriptors of the two are, -1 to 1. */
  readonly similarity?: number;
}

/** A pair less certain than this is none: no strictness brings it back. */
const leastCertainty = 0.35;
/** More certain than this, and no other map needs to be tried. */
const enoughCertainty = 0.8;
/** Where so many blocks agree, no better map needs to be looked for. */
const wellAligned = 0.97;
/** Side of the squares that tell which orientations are likely, and how alike they must be then, -1 to 1. */
const thumb = { side: 24, leastCorrelation: 0.5, most: 3 };
/** Width / height of two pictures that are one, however it was resized, differ by no more than this factor. */
const mostUnlikeAspects = 1.15;
/** A mirrored photo is looked for by its keypoints where descriptors, which hardly see mirroring, are so alike. */
const leastSimilarityMirrored = 0.4;

/** Fewer blocks tell nothing, and with fewer details nothing is certain. */
const leastBlocks = 4;
const detailed = { none: 3, enough: 8 };
/** The share of blocks whose details agree: .82 at least of 432 copies of 16 photos, watermarked ones being the least. */
const detailsAgreeing = { none: 0.5, enough: 0.7 };
/** The share of agreeing blocks from which certainty begins and ends. */
const agreeing = { none: 0.56, all: 1 };
/**
 * And the share of one picture that the other shows, too. Edits leave the whole of one of them, .995 at least of 432
 * copies; two shots from one hand have margins of their own: of 6,219 pairs of photos of one shelf, 17 would be taken
 * for copies if .97 were enough and less told something.
 */
const whole = { none: 0.95, all: 0.99 };
/**
 * By how much more than in one direction a picture is enlarged in another, less 1. Edits do that to whole pictures only,
 * when these are resized to another form: crops, screenshots and what was straightened have .002 at most, of 648 copies
 * of 24 photos. Another moment from the same spot has more: the one pair of 288 that agreed in all else has .0125.
 */
const stretched = { none: 0.012, all: 0.005 };
/** Of a picture that was only resized: what the two have in common at least, and by how many degrees it may be turned. */
const resized = { overlap: 0.985, degrees: 0.2 };
/** What is above this correlation of agreeing blocks counts as so much of their share. */
const bonus = { from: 0.96, factor: 4 };
/** Pictures without details that are the same: another shot of a clear sky may be, too. */
const plainCertainty = 0.7;
/** The share of pixels like those beside them that makes a picture a page, and how alike a picture must be on it. */
const leastFlatness = 0.35;
const leastOnPage = 0.7;

export async function compare(
  a: ComparablePhoto,
  b: ComparablePhoto,
  { similarity = 1 }: CompareOptions = {},
): Promise<Verdict> {
  const [one, other] = [prepared(a), prepared(b)];
  const likely = likelyOrientations(one, other);
  let best: Candidate | null = null;
  const maps = likely.map((orientation) => asAffine(orientationMap(orientation)));
  // Most copies show all of the picture: then there is nothing to align.
  if (maps[0]) best = better(best, lookThrough(one.pyramid, other.pyramid, maps[0]));
  if (best && best.certainty >= enoughCertainty) return asVerdict(a, b, best, 0);
  for (const map of maps) {
    best = better(best, layOver(one.pyramid, other.pyramid, map));
    if (best && best.certainty >= enoughCertainty) return asVerdict(a, b, best, 0);
  }
  let inliers = 0;
  for (const orientation of worthMatching(likely, similarity)) {
    const found = await mapByKeypoints(a, b, orientation);
    inliers = Math.max(inliers, found.inliers);
    if (!found.map) continue;
    best = better(best, layOver(one.pyramid, other.pyramid, found.map));
    if (isVerified(found.inliers) || (best && best.certainty >= enoughCertainty)) break;
  }
  // Where keypoints agree on a map, that is where the one is on the other.
  if (!isVerified(inliers) && !(best && best.certainty >= enoughCertainty))
    best = betterOnPage(best, one, other);
  if (!best || best.certainty < leastCertainty) best = asPlainPictures(one, other);
  return asVerdict(a, b, best, inliers);
}

/** Where there are no details, what agrees as it is. */
function asPlainPictures({ plain: a }: Prepared, { plain: b }: Prepared): Candidate | null {
  const same = a && b && samePlainPicture(a, b);
  if (!same) return null;
  const residual = same.difference / 255;
  return {
    map: asAffine(orientationMap(same.orientation)),
    agreement: { share: 1, correlation: 1, textured: 0, residual, blocks: 0 },
    details: { blocks: 0, share: 1 },
    shape: { largest: 1, smallest: 1, degrees: 0 },
    overlapA: 1,
    overlapB: 1,
    certainty: plainCertainty - same.difference / 20,
  };
}

/** Looks for each of the two on the other one, where that may be a page. */
function betterOnPage(best: Candidate | null, a: Prepared, b: Prepared): Candidate | null {
  const onB = b.isPage ? findOnPage(a.pyramid, b.pyramid) : null;
  const onA = a.isPage ? findOnPage(b.pyramid, a.pyramid) : null;
  const maps = [
    onB && onB.correlation >= leastOnPage ? onB.map : null,
    onA && onA.correlation >= leastOnPage ? invert(onA.map) : null,
  ];
  return maps.reduce((so, map) => (map ? better(so, layOver(a.pyramid, b.pyramid, map)) : so), best);
}

/** What does not agree may lie a little beside its place: that would pass for a watermark. */
function polished(found: Candidate, a: Prepared, b: Prepared): Candidate {
  if (found.certainty < leastCertainty || found.agreement.share >= wellAligned) return found;
  const again = layOver(a.pyramid, b.pyramid, found.map);
  if (!again || again.agreement.share <= found.agreement.share) return found;
  return { ...again, certainty: Math.max(found.certainty, certaintyOf(again)) };
}

interface Candidate extends Fit {
  readonly certainty: number;
}

function better(best: Candidate | null, fit: Fit | null): Candidate | null {
  if (!fit) return best;
  const certainty = certaintyOf(fit);
  return best && best.certainty >= certainty ? best : { ...fit, certainty };
}

/**
 * How sure it is that two pictures that agree so well are one shot. What was put over a picture spoils some blocks and
 * leaves the others as they were; what moved between two shots comes with blocks that agree less well.
 */
function certaintyOf({ agreement, details, overlapA, overlapB, shape }: Fit): number {
  if (agreement.blocks < leastBlocks) return 0;
  const share = agreement.share + bonus.factor * Math.max(0, agreement.correlation - bonus.from);
  const certainty = ramp(share, agreeing.none, agreeing.all);
  const proof =
    ramp(details.blocks, detailed.none, detailed.enough) *
    ramp(details.share, detailsAgreeing.none, detailsAgreeing.enough);
  const turned = Math.abs(shape.degrees - 90 * Math.round(shape.degrees / 90));
  const isResized = Math.min(overlapA, overlapB) >= resized.overlap && turned <= resized.degrees;
  const evenness = isResized ? 1 : ramp(shape.largest / shape.smallest - 1, stretched.none, stretched.all);
  // One of them is whole, as a rule: two shots have margins of their own.
  return certainty * proof * evenness * ramp(Math.max(overlapA, overlapB), whole.none, whole.all);
}

/** 0 at `from` and before it, 1 at `to` and beyond. */
function ramp(value: number, from: number, to: number): number {
  return Math.min(1, Math.max(0, (value - from) / (to - from)));
}

function asVerdict(
  a: ComparablePhoto,
  b: ComparablePhoto,
  found: Candidate | null,
  inliers: number,
): Verdict {
  const best = found && polished(found, prepared(a), prepared(b));
  if (!best || best.certainty < leastCertainty) {
    return {
      kind: isVerified(inliers) ? 'same-scene' : 'different',
      certainty: isVerified(inliers) ? Math.min(1, inliers / 60) : 0,
      edits: [],
      homography: null,
      overlapA: 0,
      overlapB: 0,
      residual: 1,
      inliers,
    };
  }
  return {
    kind: 'near-duplicate',
    certainty: best.certainty,
    edits: findEdits(a, b, best),
    homography: asHomography(best.map),
    overlapA: best.overlapA,
    overlapB: best.overlapB,
    residual: best.agreement.residual,
    inliers,
  };
}

interface Prepared {
  readonly pyramid: Pyramid;
  /** [side, side], mean 0 and length 1. */
  readonly thumb: Float32Array;
  readonly aspect: number;
  /** Much of it is the same all over, as screens and printed pages are. */
  readonly isPage: boolean;
  readonly plain: PlainPicture | null;
}

/** A photo is compared with several others. */
const known = new WeakMap<ComparablePhoto, Prepared>();

function prepared(photo: ComparablePhoto): Prepared {
  const before = known.get(photo);
  if (before) return before;
  const pyramid = pyramidOf(greyOf(photo.picture));
  const made = {
    pyramid,
    thumb: normalised(shrink(pyramid, thumb.side, thumb.side).data),
    isPage: flatnessOf(pyramid[0]) >= leastFlatness,
    plain: plainPicture(photo.picture, pyramid),
    aspect: photo.picture.width / photo.picture.height,
  };
  known.set(photo, made);
  return made;
}

/** Zeros for a picture that is the same all over. */
function normalised(values: Float32Array): Float32Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const length = Math.hypot(...values.map((value) => value - mean));
  return values.map((value) => (length > 1 ? (value - mean) / length : 0));
}

/** In which orientations of a the two look alike, the likeliest first. */
function likelyOrientations(a: Prepared, b: Prepared): Orientation[] {
  return orientations
    .filter((orientation) => {
      const ratio = (isTransposed(orientation) ? 1 / a.aspect : a.aspect) / b.aspect;
      return Math.max(ratio, 1 / ratio) <= mostUnlikeAspects;
    })
    .map((orientation) => ({
      orientation,
      correlation: turnSquare(a.thumb, thumb.side, orientation).reduce(
        (sum, value, at) => sum + value * b.thumb[at]!,
        0,
      ),
    }))
    .filter(({ correlation }) => correlation >= thumb.leastCorrelation)
    .sort((x, y) => y.correlation - x.correlation)
    .slice(0, thumb.most)
    .map(({ orientation }) => orientation);
}

function worthMatching(likely: readonly Orientation[], similarity: number): Set<Orientation> {
  const seemsMirrored = similarity >= leastSimilarityMirrored;
  return new Set([upright, ...likely, ...(seemsMirrored ? [mirrored] : [])]);
}

/** The map from a in an orientation to b on which keypoints agree, as one from a. */
async function mapByKeypoints(
  a: ComparablePhoto,
  b: ComparablePhoto,
  orientation: Orientation,
): Promise<{ inliers: number; map: Affine | null }> {
  const features = orientation === upright ? a.features : await a.featuresIn(orientation);
  const { inliers, pairs } = await verify(features, b.features);
  const map = inliers > 0 ? fitAffine(pairs) : null;
  return { inliers, map: map && compose(map, asAffine(orientationMap(orientation))) };
}
