/** Keep rules: an ordered list that tells which of two duplicates is kept, and by which rule. */
import { keepRuleNames } from '../api-duplicates.ts';
import type { KeepRule, KeepRules } from '../api-duplicates.ts';
import type { ByteString } from '../catalog/path-bytes.ts';

/** What the rules ask of a photo. */
export interface KeepCandidate {
  readonly id: number;
  readonly folderId: number;
  /** In a protected folder. */
  readonly protected: boolean;
  /** Of picture: a border around it, or the rest of the screen in a screenshot, is none. */
  readonly pixels: number;
  /** The share of the largest picture it is part of, 0 to 1: less than 1 where another photo shows it as its crop. */
  readonly shown: number;
  /** It has a border, or is a screenshot of another photo. */
  readonly framed: boolean;
  readonly format: string;
  readonly bytes: number;
  /** How much its metadata tells. */
  readonly richness: number;
  /** Milliseconds since 1970. */
  readonly takenAt: number;
  /** Absolute. */
  readonly path: ByteString;
}

export const standardKeepRules: KeepRules = {
  rules: keepRuleNames.map((rule) => ({ rule, on: true })),
  folderIds: [],
};

/** Which of two candidates comes first. */
export interface KeepOrder {
  /** Negative where `a` is to be kept rather than `b`; 0 only for a photo and itself. */
  readonly compare: (a: KeepCandidate, b: KeepCandidate) => number;
  /** The rule that tells them apart; null where none does, so that only the order in the library did. */
  readonly decidingRule: (a: KeepCandidate, b: KeepCandidate) => KeepRule | null;
}

type Comparison = KeepOrder['compare'];

/**
 * A crop is told by a twentieth of the picture: two copies of one crop never show exactly as much as each other, for
 * they were aligned by points that were found in each.
 */
const cropSteps = 20;

const rawFormats = ['cr2', 'cr3', 'nef', 'arw', 'dng', 'raf', 'orf', 'rw2', 'pef', 'srw', 'raw'];

/**
 * By how well a format keeps what the camera saw: raw data; then what is kept without loss; then what loses less than
 * JPEG at the same size; JPEG; and last what came out of a JPEG most often, or keeps but 256 colours.
 */
const formatRanks: Readonly<Record<string, number>> = {
  ...Object.fromEntries(rawFormats.map((name) => [name, 5])),
  tiff: 4,
  png: 4,
  heic: 3,
  heif: 3,
  avif: 3,
  jpeg: 2,
  webp: 1,
  gif: 0,
};

/** The order that the rules make: total, so that it does not matter in which order photos come. */
export function keepOrder({ rules, folderIds }: KeepRules): KeepOrder {
  const on = rules.filter((rule) => rule.on).map(({ rule }) => rule);
  const comparisons = comparisonsOf(new Map(folderIds.map((id, at) => [id, at])));
  const used = on.map((rule) => comparisons[rule]);
  return {
    compare: (a, b) => {
      for (const comparison of used) {
        const found = comparison(a, b);
        if (found !== 0) return found;
      }
      return a.id - b.id;
    },
    decidingRule: (a, b) => on.find((rule) => comparisons[rule](a, b) !== 0) ?? null,
  };
}

function comparisonsOf(folderRanks: ReadonlyMap<number, number>): Record<KeepRule, Comparison> {
  const folderRank = ({ folderId }: KeepCandidate) => folderRanks.get(folderId) ?? folderRanks.size;
  return {
    protected: (a, b) => Number(b.protected) - Number(a.protected),
    resolution: (a, b) => b.pixels - a.pixels,
    uncropped: (a, b) => cropOf(a) - cropOf(b) || Number(a.framed) - Number(b.framed),
    format: (a, b) => formatRank(b) - formatRank(a),
    'file-size': (a, b) => b.bytes - a.bytes,
    metadata: (a, b) => b.richness - a.richness,
    oldest: (a, b) => a.takenAt - b.takenAt,
    'folder-order': (a, b) => folderRank(a) - folderRank(b),
    'path-length': (a, b) => a.path.length - b.path.length || compareText(a.path, b.path),
  };
}

/** Steps of the picture that it lacks. */
function cropOf({ shown }: KeepCandidate): number {
  return Math.round((1 - shown) * cropSteps);
}

/** A format that is not listed ranks with JPEG. */
function formatRank({ format }: KeepCandidate): number {
  return formatRanks[format] ?? 2;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
