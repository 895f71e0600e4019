/** All that groups of duplicates are made of, read from the catalog at once. */
import type { Catalog } from './catalog/catalog.ts';
import type { DuplicatePairRow, DuplicatePhotoRow } from './catalog/duplicate-evidence.ts';
import { covers } from './catalog/path-bytes.ts';
import type { ByteString } from './catalog/path-bytes.ts';
import { duplicateGraph } from './duplicates/duplicate-graph.ts';
import type { DuplicateGraph, Framing, MatchedPair } from './duplicates/duplicate-graph.ts';

export interface DuplicateEvidence {
  graph: DuplicateGraph;
  /** Of all photos in the graph. */
  rows: ReadonlyMap<number, DuplicatePhotoRow>;
}

/** @param protectedFolders absolute paths; the library's own protected folders need not be among them */
export function readEvidence(
  { duplicateEvidence, matchGraph }: Catalog,
  protectedFolders: readonly ByteString[] = [],
): DuplicateEvidence {
  const photos = duplicateEvidence.photos();
  for (const photo of photos) {
    photo.protected ||= protectedFolders.some((folder) => covers(folder, photo.path));
  }
  const pairs = duplicateEvidence.pairs().map(asMatchedPair);
  const candidates = photos.map(({ width, height, ...photo }) => ({ ...photo, pixels: width * height }));
  return {
    graph: duplicateGraph(candidates, matchGraph.copies(), pairs),
    rows: new Map(photos.map((photo) => [photo.id, photo])),
  };
}

function asMatchedPair({ edits, overlapA, overlapB, ...pair }: DuplicatePairRow): MatchedPair {
  const how = framingOf(edits.split(' '));
  return { ...pair, framing: how && { how, overlapA, overlapB } };
}

/** Null, too, for a crop with a border: then the shares do not tell which of the two is which. */
function framingOf(edits: readonly string[]): Framing['how'] | null {
  const cropped = edits.includes('cropped');
  const framed = edits.includes('border') || edits.includes('screenshot');
  if (cropped === framed) return null;
  return cropped ? 'cropped' : 'framed';
}
