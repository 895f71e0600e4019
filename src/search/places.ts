/** Places: the dense parts of the match graph, found by merging what matches most. */
import { setImmediate } from 'node:timers/promises';
import type { Constraints } from './place-decisions.ts';

/** Two photos whose local features agree. */
export interface Match {
  readonly a: number;
  readonly b: number;
  /** Keypoints that agree on one geometry. */
  readonly inliers: number;
}

export interface CutPlace {
  /** The one that matches the others the most comes first, and so on. */
  readonly photos: readonly number[];
  /** How many pairs of its photos match. */
  readonly pairs: number;
}

/** Fewer keypoints than this agree by chance, now and then. */
const leastMatch = 8;
/** More keypoints than this say no more: they tell how alike two shots are, not how surely they show one thing. */
const mostInliers = 25;

/**
 * Two parts that are to become one must match with this weight in all, as one pair with 20 inliers does, or several
 * weaker ones. On 442 photos of buildings, every place of two photos that this leaves shows one thing; half as much
 * would leave some that do not.
 */
const leastEvidence = 13;
/**
 * And with this weight on average, over all pairs of a photo of the one and a photo of the other. Chosen by
 * test/bench/places-quality.ts: anything from 0.7 to 1.1 finds 71 % of the right pairs of the buildings, and no wrong
 * one but those of three photos that show the building where the truth leaves it out. With 0.5 wrong ones come in; with
 * 1.3 one of the buildings falls into two, and 45 % are found. Of groceries, 76 % of what 0.9 finds is right: cartons
 * of one maker come together.
 */
const leastLinkage = 0.9;

/**
 * Cuts the match graph into places: agglomerative clustering with average linkage (Sokal and Michener, "A statistical
 * method for evaluating systematic relationships", 1958), where pairs that do not match count as weight 0: so a part
 * is dense, and one pair that matches by mistake, or shows a thing that stands in two places, joins no two large
 * parts. The constraints are kept as in Davidson and Ravi, "Agglomerative hierarchical clustering with constraints",
 * 2005.
 *
 * @param matches no pair twice, in any order
 * @returns the places, each of at least two photos with different content, largest first
 */
export function cutPlaces(matches: readonly Match[], constraints: Partial<Constraints> = {}): CutPlace[] {
  const parts = partsOf(matches, constraints);
  for (const _ of merging(parts));
  return placesOf(parts, matches);
}

/** As `cutPlaces`, for the background: whatever else there is to do gets its turn every few milliseconds. */
export async function cutPlacesInTurns(
  matches: readonly Match[],
  constraints: Partial<Constraints> = {},
): Promise<CutPlace[]> {
  const parts = partsOf(matches, constraints);
  for (const _ of merging(parts)) await setImmediate();
  return placesOf(parts, matches);
}

function placesOf(parts: ReadonlySet<Part>, matches: readonly Match[]): CutPlace[] {
  const places = [...parts].filter(({ contents }) => contents > 1).map(({ photos }) => asPlace(photos));
  const placeOf = new Map(places.flatMap((place) => [...place.ranks.keys()].map((photo) => [photo, place])));
  for (const match of matches) {
    const place = placeOf.get(match.a);
    if (!place || place !== placeOf.get(match.b) || match.inliers < leastMatch) continue;
    place.pairs++;
    for (const photo of [match.a, match.b]) {
      const rank = place.ranks.get(photo)!;
      rank.weight += weightOf(match);
      rank.inliers += match.inliers;
    }
  }
  return places
    .map(({ ranks, pairs }) => ({ photos: inOrder(ranks), pairs }))
    .sort((x, y) => y.photos.length - x.photos.length || y.pairs - x.pairs || x.photos[0]! - y.photos[0]!);
}

/** How much a match says, from 1 on; whole numbers, so that no order of adding them up makes a difference. */
function weightOf({ inliers }: Match): number {
  return Math.min(inliers, mostInliers) - leastMatch + 1;
}

interface Part {
  readonly photos: number[];
  /** Photos of different content. */
  contents: number;
  /** The smallest photo, which names the part. */
  name: number;
  /** Total weight of the matches with each other part. */
  readonly links: Map<Part, number>;
  /** Parts that it must not be joined with. */
  readonly apart: Set<Part>;
  /** Changes with every merge; -1 when the part has become another's. */
  version: number;
}

/** One part for each photo, or for all those that belong together. */
function partsOf(
  matches: readonly Match[],
  { together = [], apart = [], copies = [] }: Partial<Constraints>,
): Set<Part> {
  const partOf = new Map<number, Part>();
  const get = (photo: number): Part => {
    let part = partOf.get(photo);
    if (!part) partOf.set(photo, (part = newPart([photo], 1)));
    return part;
  };
  const contentOf = new Map(copies.flatMap((group) => group.map((photo) => [photo, group[0]!])));
  for (const photos of together) {
    const contents = new Set(photos.map((photo) => contentOf.get(photo) ?? photo)).size;
    const part = newPart([...photos], contents);
    for (const photo of photos) partOf.set(photo, part);
  }
  for (const [first, second] of apart) {
    const [x, y] = [get(first), get(second)];
    x.apart.add(y);
    y.apart.add(x);
  }
  for (const match of matches) {
    if (match.inliers < leastMatch) continue;
    const [x, y] = [get(match.a), get(match.b)];
    if (x !== y) link(x, y, weightOf(match));
  }
  return new Set(partOf.values());
}

function newPart(photos: number[], contents: number): Part {
  const name = photos.reduce((least, photo) => Math.min(least, photo), Infinity);
  return { photos, contents, name, links: new Map(), apart: new Set(), version: 0 };
}

function link(x: Part, y: Part, weight: number): void {
  x.links.set(y, (x.links.get(y) ?? 0) + weight);
  y.links.set(x, (y.links.get(x) ?? 0) + weight);
}

/** Merges between two turns of others. */
const stretch = 100;

/** Merges the two parts with the largest average weight, again and again; equals by their names. */
function* merging(parts: Set<Part>): Generator<void> {
  const queue = new MergeQueue();
  let merges = 0;
  for (const part of parts) {
    for (const other of part.links.keys()) if (part.name < other.name) queue.offer(part, other);
  }
  for (let next = queue.take(); next; next = queue.take()) {
    const [into, from] =
      next.x.links.size + next.x.photos.length >= next.y.links.size + next.y.photos.length
        ? [next.x, next.y]
        : [next.y, next.x];
    absorb(into, from);
    parts.delete(from);
    for (const other of into.links.keys()) queue.offer(into, other);
    if (++merges % stretch === 0) yield;
  }
}

function absorb(into: Part, from: Part): void {
  for (const photo of from.photos) into.photos.push(photo);
  into.contents += from.contents;
  into.name = Math.min(into.name, from.name);
  into.version++;
  from.version = -1;
  into.links.delete(from);
  for (const [other, weight] of from.links) {
    other.links.delete(from);
    if (other !== into) link(into, other, weight);
  }
  for (const other of from.apart) {
    other.apart.delete(from);
    other.apart.add(into);
    into.apart.add(other);
  }
}

interface Merge {
  readonly linkage: number;
  readonly x: Part;
  readonly y: Part;
  readonly names: readonly [smaller: number, larger: number];
  /** Of the two parts when it was offered: a merge of parts that have changed since is void. */
  readonly versions: readonly [number, number];
}

/** Merges that may be made, the best first: a binary heap. */
class MergeQueue {
  readonly #heap: Merge[] = [];

  /** Takes note of a merge, if it may be made. */
  offer(x: Part, y: Part): void {
    const weight = x.links.get(y) ?? 0;
    const linkage = weight / (x.contents * y.contents);
    if (weight < leastEvidence || linkage < leastLinkage || x.apart.has(y)) return;
    const names = x.name < y.name ? ([x.name, y.name] as const) : ([y.name, x.name] as const);
    const heap = this.#heap;
    let at = heap.push({ linkage, x, y, names, versions: [x.version, y.version] }) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBetter(heap[at]!, heap[above]!)) break;
      this.#swap(at, above);
      at = above;
    }
  }

  /** The best merge that still may be made. */
  take(): Merge | null {
    for (let best = this.#pop(); best; best = this.#pop()) {
      const { x, y, versions } = best;
      if (x.version === versions[0] && y.version === versions[1]) return best;
    }
    return null;
  }

  #pop(): Merge | null {
    const heap = this.#heap;
    const best = heap[0];
    const last = heap.pop();
    if (!best || !last) return null;
    if (heap.length === 0) return best;
    heap[0] = last;
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      let next = at;
      if (left < heap.length && isBetter(heap[left]!, heap[next]!)) next = left;
      if (left + 1 < heap.length && isBetter(heap[left + 1]!, heap[next]!)) next = left + 1;
      if (next === at) return best;
      this.#swap(at, next);
      at = next;
    }
  }

  #swap(one: number, other: number): void {
    const kept = this.#heap[one]!;
    this.#heap[one] = this.#heap[other]!;
    this.#heap[other] = kept;
  }
}

function isBetter(one: Merge, other: Merge): boolean {
  if (one.linkage !== other.linkage) return one.linkage > other.linkage;
  return (
    one.names[0] - other.names[0] < 0 || (one.names[0] === other.names[0] && one.names[1] < other.names[1])
  );
}

interface Rank {
  weight: number;
  inliers: number;
}

function asPlace(photos: readonly number[]): { ranks: Map<number, Rank>; pairs: number } {
  return { ranks: new Map(photos.map((photo) => [photo, { weight: 0, inliers: 0 }])), pairs: 0 };
}

function inOrder(ranks: ReadonlyMap<number, Rank>): number[] {
  return [...ranks]
    .sort(([x, a], [y, b]) => b.weight - a.weight || b.inliers - a.inliers || x - y)
    .map(([photo]) => photo);
}
