/** What is known of a library's duplicates, laid out so that they can be grouped at once, as strictly as is wanted. */
import type { DuplicateKind } from '../api-duplicates.ts';
import { areCompanions } from './companions.ts';
import type { KeepCandidate } from './keep-rules.ts';

/** A pair that was compared, and is something to each other. */
export interface MatchedPair {
  readonly a: number;
  readonly b: number;
  readonly kind: DuplicateKind;
  /** 0 to 1. */
  readonly certainty: number;
  /** Null where neither photo shows more than the other. */
  readonly framing: Framing | null;
}

/** How two photos of one shot differ in what they show. */
export interface Framing {
  /** `cropped`: one shows more of the picture. `framed`: one has a border around it, or is a screenshot of it. */
  readonly how: 'cropped' | 'framed';
  /** The share of a's area that b shows too. */
  readonly overlapA: number;
  /** The share of b's area that a shows too. */
  readonly overlapB: number;
}

/** What the keep rules ask of a photo, but for what only comparing tells; `pixels` are all that it has. */
export type GroupPhoto = Omit<KeepCandidate, 'shown' | 'framed'>;

/** The pairs of one kind, as lists of neighbours. A node is a photo, or a class of identical ones. */
export interface Edges {
  /** Where the neighbours of each node begin; one entry more than there are nodes. */
  readonly begin: Uint32Array;
  readonly neighbours: Uint32Array;
  readonly certainties: Float64Array;
}

/** A pair of nodes of which one shows more than the other. */
export interface FramedPair {
  /** The crop, or the photo with the frame. */
  readonly node: number;
  readonly other: number;
  readonly how: Framing['how'];
  readonly certainty: number;
  /** The share of the node's area that the other shows. */
  readonly overlap: number;
  /** The share of the other's area that the node shows. */
  readonly otherOverlap: number;
}

export interface DuplicateGraph {
  /** Of each node, by rising id. */
  readonly nodes: readonly (readonly KeepCandidate[])[];
  readonly nodeOf: ReadonlyMap<number, number>;
  readonly edges: Readonly<Record<Exclude<DuplicateKind, 'identical'>, Edges>>;
  readonly framed: readonly FramedPair[];
}

interface NodePair extends MatchedPair {
  readonly from: number;
  readonly to: number;
}

/**
 * Photos that are identical become one node. Companions are no pair, whatever was found about them.
 * @param photos all that are in a pair or have copies, in any order; pairs of others are passed over
 * @param copies sets of photos with the same content
 */
export function duplicateGraph(
  photos: readonly GroupPhoto[],
  copies: readonly (readonly number[])[],
  pairs: readonly MatchedPair[],
): DuplicateGraph {
  const known = new Map(photos.map((photo) => [photo.id, photo]));
  const valid = pairs.filter(({ a, b }) => {
    const [one, other] = [known.get(a), known.get(b)];
    return one !== undefined && other !== undefined && !areCompanions(one.path, other.path);
  });
  const nodes = identicalClasses(known, copies, valid);
  const nodeOf = new Map(nodes.flatMap((node, at) => node.map(({ id }) => [id, at] as const)));
  const unique = pairsOfNodes(valid, nodes, nodeOf);
  const edgesOf = (kind: DuplicateKind) =>
    edgesBetween(
      nodes.length,
      unique.filter((pair) => pair.kind === kind),
    );
  return {
    nodes,
    nodeOf,
    edges: { 'near-duplicate': edgesOf('near-duplicate'), 'same-scene': edgesOf('same-scene') },
    framed: unique.flatMap((pair) => framedPair(pair) ?? []),
  };
}

/** By the smallest id of each. */
function identicalClasses(
  photos: ReadonlyMap<number, GroupPhoto>,
  copies: readonly (readonly number[])[],
  pairs: readonly MatchedPair[],
): KeepCandidate[][] {
  // Union-find, where the smallest id stands for a class.
  const parents = new Map<number, number>();
  const find = (id: number): number => {
    let root = id;
    for (let up = parents.get(root); up !== undefined; up = parents.get(root)) root = up;
    for (let at = id; at !== root;) {
      const up = parents.get(at)!;
      parents.set(at, root);
      at = up;
    }
    return root;
  };
  const join = (a: number, b: number): void => {
    const [x, y] = [find(a), find(b)];
    if (x !== y) parents.set(Math.max(x, y), Math.min(x, y));
  };
  for (const set of copies) {
    const there = set.filter((id) => photos.has(id));
    for (const id of there) join(there[0]!, id);
  }
  for (const { a, b, kind } of pairs) if (kind === 'identical') join(a, b);
  const classes = new Map<number, KeepCandidate[]>();
  for (const photo of [...photos.values()].sort((a, b) => a.id - b.id)) {
    const root = find(photo.id);
    const candidate = { ...photo, shown: 1, framed: false };
    const photosOfClass = classes.get(root);
    if (photosOfClass) photosOfClass.push(candidate);
    else classes.set(root, [candidate]);
  }
  return [...classes.values()];
}

/**
 * What is true of a photo is true of those identical to it. Where that gives two verdicts about a pair of nodes, the
 * more certain one holds; of equally certain ones the one that finds more, then that of the photos with smaller ids.
 */
function pairsOfNodes(
  pairs: readonly MatchedPair[],
  nodes: readonly (readonly KeepCandidate[])[],
  nodeOf: ReadonlyMap<number, number>,
): NodePair[] {
  const found: NodePair[] = [];
  const shared = new Map<string, NodePair>();
  for (const pair of pairs) {
    const [from, to] = [nodeOf.get(pair.a)!, nodeOf.get(pair.b)!];
    if (from === to) continue;
    const own = { ...pair, from, to };
    if (nodes[from]!.length === 1 && nodes[to]!.length === 1) {
      found.push(own);
      continue;
    }
    const key = `${Math.min(from, to)} ${Math.max(from, to)}`;
    const other = shared.get(key);
    if (!other || comparePairs(own, other) < 0) shared.set(key, own);
  }
  return [...found, ...shared.values()];
}

function comparePairs(a: MatchedPair, b: MatchedPair): number {
  return (
    b.certainty - a.certainty ||
    Number(b.kind === 'near-duplicate') - Number(a.kind === 'near-duplicate') ||
    Math.min(a.a, a.b) - Math.min(b.a, b.b) ||
    Math.max(a.a, a.b) - Math.max(b.a, b.b)
  );
}

function edgesBetween(nodes: number, pairs: readonly NodePair[]): Edges {
  const begin = new Uint32Array(nodes + 1);
  for (const { from, to } of pairs) {
    begin[from + 1]!++;
    begin[to + 1]!++;
  }
  for (let node = 0; node < nodes; node++) begin[node + 1]! += begin[node]!;
  const next = begin.slice();
  const neighbours = new Uint32Array(2 * pairs.length);
  const certainties = new Float64Array(2 * pairs.length);
  const put = (node: number, neighbour: number, certainty: number): void => {
    const at = next[node]!++;
    neighbours[at] = neighbour;
    certainties[at] = certainty;
  };
  for (const { from, to, certainty } of pairs) {
    put(from, to, certainty);
    put(to, from, certainty);
  }
  return { begin, neighbours, certainties };
}

/** Nothing can be told where both show as much of each other. */
function framedPair({ from, to, kind, certainty, framing }: NodePair): FramedPair | null {
  if (kind !== 'near-duplicate' || !framing || framing.overlapA === framing.overlapB) return null;
  const { how, overlapA, overlapB } = framing;
  // All of a crop is in the other; of a framed photo, only the picture.
  const isFirst = (how === 'cropped') === overlapA > overlapB;
  return isFirst
    ? { node: from, other: to, how, certainty, overlap: overlapA, otherOverlap: overlapB }
    : { node: to, other: from, how, certainty, overlap: overlapB, otherOverlap: overlapA };
}
