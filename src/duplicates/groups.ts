/** Groups of duplicates: stars of a keeper and the photos that match it, so that no chain joins what does not match. */
import type { DuplicateScope, KeepRule } from '../api-duplicates.ts';
import type { DuplicateGraph, Edges } from './duplicate-graph.ts';
import type { KeepCandidate, KeepOrder } from './keep-rules.ts';

/** What the user decided. */
export interface GroupDecisions {
  readonly order: KeepOrder;
  /** Photos that come before all others as keepers. */
  readonly chosen: ReadonlySet<number>;
  /** Sets of photos that are no duplicates of each other. */
  readonly dismissals: readonly (readonly number[])[];
}

export interface Group {
  /** The smallest photo id of the group. */
  readonly id: number;
  readonly keeper: KeepCandidate;
  /** As the keep rules prefer them. */
  readonly members: readonly Member[];
}

export interface Member {
  readonly photo: KeepCandidate;
  /** That it matches the keeper. */
  readonly certainty: number;
}

/** The groups of a library as strict as was asked for. */
export interface Grouping {
  /** By id. */
  readonly groups: readonly Group[];
  /** The group that a photo, or one that is identical to it, is in. */
  groupOf(photoId: number): Group | undefined;
  /** Photos that match a photo of the group, but either not its keeper, or a better one too; by id. */
  related(group: Group): number[];
  /** The rule that told the keeper from the next best; null where the user chose it, or nothing told them apart. */
  decidedBy(group: Group): KeepRule | null;
  /** Whether two photos of a group match each other. */
  match(a: number, b: number): boolean;
  /** Further photos that are identical to one: none in identical groups, where each stands for itself. */
  copies(photoId: number): number[];
}

/**
 * The photo that is to be kept rather than any other gets all that match it as its members, and so on with what is
 * left. Thus every member matches its keeper, the keeper is the best of its group, and no photo is in two groups.
 *
 * A pair is ignored when a dismissal holds just these two. No group is made while one dismissal holds all of it: then
 * its keeper is in no group, and the others are free for those that came later. Copies count as one photo in this.
 */
export function groupDuplicates(
  graph: DuplicateGraph,
  scope: DuplicateScope,
  decisions: GroupDecisions,
): Grouping {
  const { kind, strictness } = scope;
  const network =
    kind === 'identical'
      ? identicalNetwork(graph)
      : matchNetwork(graph, graph.edges[kind], strictness, decisions);
  const dismissed = dismissalsAmong(network, decisions.dismissals);
  const order = preference(decisions);
  const groups: Group[] = [];
  const groupOfNode = new Map<number, Group>();
  for (const nodes of components(network)) {
    nodes.sort((a, b) => order(network.candidates[a]!, network.candidates[b]!));
    for (const star of starsOf(nodes, network, dismissed)) {
      const group = asGroup(star, network);
      groups.push(group);
      for (const node of [star.keeper, ...star.members.keys()]) groupOfNode.set(node, group);
    }
  }
  groups.sort((a, b) => a.id - b.id);
  const nodesOf = ({ keeper, members }: Group): number[] =>
    [keeper, ...members.map(({ photo }) => photo)].map(({ id }) => network.nodeOf.get(id)!);
  return {
    groups,
    groupOf: (photoId) => groupOfNode.get(network.nodeOf.get(photoId) ?? -1),
    related: (group) => {
      const own = nodesOf(group);
      const found = new Set<number>();
      for (const node of own) {
        network.visit(node, (neighbour) => {
          if (!dismissed.isPair(node, neighbour)) found.add(neighbour);
        });
      }
      for (const node of own) found.delete(node);
      return [...found].map((node) => network.candidates[node]!.id).sort((a, b) => a - b);
    },
    decidedBy: ({ keeper, members }) =>
      decisions.chosen.has(keeper.id) ? null : decisions.order.decidingRule(keeper, members[0]!.photo),
    match: (a, b) => {
      const [one, other] = [network.nodeOf.get(a), network.nodeOf.get(b)];
      if (one === undefined || other === undefined || dismissed.isPair(one, other)) return false;
      let found = false;
      network.visit(one, (neighbour) => (found ||= neighbour === other));
      return found;
    },
    copies: (photoId) => network.copies(network.nodeOf.get(photoId) ?? -1).filter((id) => id !== photoId),
  };
}

/** What stars are made of. */
interface Network {
  /** What stands for each node. */
  readonly candidates: readonly KeepCandidate[];
  readonly nodeOf: ReadonlyMap<number, number>;
  /** Those with a neighbour; it does no harm to name others. */
  readonly visit: (node: number, take: (neighbour: number, certainty: number) => void) => void;
  /** All photos of a node. */
  readonly copies: (node: number) => readonly number[];
}

/** Each photo is a node, and matches all that are identical to it. */
function identicalNetwork({ nodes }: DuplicateGraph): Network {
  const classes = nodes.filter((photos) => photos.length > 1);
  const candidates = classes.flat();
  const begin = new Uint32Array(candidates.length);
  const end = new Uint32Array(candidates.length);
  let at = 0;
  for (const { length } of classes) {
    begin.fill(at, at, at + length);
    end.fill(at + length, at, at + length);
    at += length;
  }
  return {
    candidates,
    nodeOf: new Map(candidates.map(({ id }, node) => [id, node])),
    visit: (node, take) => {
      for (let other = begin[node]!; other < end[node]!; other++) if (other !== node) take(other, 1);
    },
    copies: () => [],
  };
}

/** The photo of each class that is to be kept stands for it. */
function matchNetwork(
  { nodes, nodeOf, framed }: DuplicateGraph,
  { begin, neighbours, certainties }: Edges,
  strictness: number,
  decisions: GroupDecisions,
): Network {
  const order = preference(decisions);
  const candidates = nodes.map((photos) =>
    photos.length === 1
      ? photos[0]!
      : photos.reduce((best, photo) => (order(photo, best) < 0 ? photo : best)),
  );
  for (const pair of framed) {
    if (pair.certainty < strictness) continue;
    const photo = candidates[pair.node]!;
    if (pair.how === 'framed' && !mayBeMadeFrom(photo, candidates[pair.other]!)) continue;
    candidates[pair.node] =
      pair.how === 'cropped'
        ? { ...photo, shown: Math.min(photo.shown, pair.otherOverlap) }
        : {
            ...photo,
            framed: true,
            // What is around the picture is none, and enlarging it for the screen adds none.
            pixels: Math.min(
              photo.pixels,
              nodes[pair.node]![0]!.pixels * pair.overlap,
              nodes[pair.other]![0]!.pixels * pair.otherOverlap,
            ),
          };
  }
  return {
    candidates,
    nodeOf,
    visit: (node, take) => {
      for (let at = begin[node]!; at < begin[node + 1]!; at++) {
        if (certainties[at]! >= strictness) take(neighbours[at]!, certainties[at]!);
      }
    },
    copies: (node) => (nodes[node] ?? []).map(({ id }) => id),
  };
}

/**
 * Of 300 crops, one looks as if the rest of its original were a frame around it. Therefore a photo that says more about
 * itself than the other, or as much and is older, is not held to be a copy with a frame.
 */
function mayBeMadeFrom(photo: KeepCandidate, other: KeepCandidate): boolean {
  if (photo.richness !== other.richness) return photo.richness < other.richness;
  return photo.takenAt >= other.takenAt;
}

function preference({ chosen, order }: GroupDecisions): KeepOrder['compare'] {
  if (chosen.size === 0) return order.compare;
  return (a, b) => Number(chosen.has(b.id)) - Number(chosen.has(a.id)) || order.compare(a, b);
}

interface Dismissed {
  isPair(a: number, b: number): boolean;
  /** Whether one dismissal holds all of a star. */
  isAll(star: Star): boolean;
}

function dismissalsAmong({ nodeOf }: Network, dismissals: GroupDecisions['dismissals']): Dismissed {
  const pairs = new Map<number, Set<number>>();
  const sets = new Map<number, Set<number>[]>();
  for (const photoIds of dismissals) {
    // A photo that matches nothing now still is one of those that were dismissed together.
    const nodes = new Set(photoIds.map((id) => nodeOf.get(id) ?? -id));
    if (nodes.size === 2) {
      const [a, b] = [...nodes] as [number, number];
      append(pairs, a, b);
      append(pairs, b, a);
    } else if (nodes.size > 2) {
      for (const node of nodes) {
        const of = sets.get(node);
        if (of) of.push(nodes);
        else sets.set(node, [nodes]);
      }
    }
  }
  return {
    isPair: (a, b) => pairs.get(a)?.has(b) ?? false,
    isAll: ({ keeper, members }) =>
      sets.get(keeper)?.some((set) => [...members.keys()].every((node) => set.has(node))) ?? false,
  };
}

function append(sets: Map<number, Set<number>>, key: number, value: number): void {
  const set = sets.get(key);
  if (set) set.add(value);
  else sets.set(key, new Set([value]));
}

/** Nodes that hang together, each of at least two. */
function* components({ candidates, visit }: Network): Generator<number[]> {
  const seen = new Uint8Array(candidates.length);
  for (let start = 0; start < seen.length; start++) {
    if (seen[start] === 1) continue;
    seen[start] = 1;
    const nodes = [start];
    const take = (neighbour: number): void => {
      if (seen[neighbour] === 1) return;
      seen[neighbour] = 1;
      nodes.push(neighbour);
    };
    for (let at = 0; at < nodes.length; at++) visit(nodes[at]!, take);
    if (nodes.length > 1) yield nodes;
  }
}

interface Star {
  readonly keeper: number;
  /** With their certainties. */
  readonly members: Map<number, number>;
}

/** @param nodes of a component, best first */
function* starsOf(nodes: readonly number[], { visit }: Network, dismissed: Dismissed): Generator<Star> {
  const ranks = new Map(nodes.map((node, rank) => [node, rank]));
  for (const keeper of nodes) {
    if (!ranks.has(keeper)) continue;
    const found: [number, number][] = [];
    visit(keeper, (node, certainty) => {
      if (ranks.has(node) && !dismissed.isPair(keeper, node)) found.push([node, certainty]);
    });
    if (found.length === 0) continue;
    found.sort(([a], [b]) => ranks.get(a)! - ranks.get(b)!);
    const star = { keeper, members: new Map(found) };
    ranks.delete(keeper);
    if (dismissed.isAll(star)) continue;
    for (const [node] of found) ranks.delete(node);
    yield star;
  }
}

function asGroup({ keeper, members }: Star, { candidates }: Network): Group {
  const photos = [...members].map(([node, certainty]) => ({ photo: candidates[node]!, certainty }));
  const id = photos.reduce((least, { photo }) => Math.min(least, photo.id), candidates[keeper]!.id);
  return { id, keeper: candidates[keeper]!, members: photos };
}
