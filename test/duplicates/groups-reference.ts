/** Groups by the letter of the rules, pair by pair and photo by photo, as slow as that is. */
import type { DuplicateKind } from '../../src/api-duplicates.ts';
import type { GroupPhoto, MatchedPair } from '../../src/duplicates/duplicate-graph.ts';
import type { GroupDecisions } from '../../src/duplicates/groups.ts';
import type { KeepCandidate } from '../../src/duplicates/keep-rules.ts';

export interface Known {
  photos: readonly GroupPhoto[];
  copies: readonly (readonly number[])[];
  pairs: readonly MatchedPair[];
}

export interface ReferenceGroup {
  keeper: number;
  /** In the order in which they would be kept. */
  members: number[];
  related: number[];
}

/** Photos that are the same as one, itself among them, by rising id. */
export function identicalTo(id: number, { copies, pairs }: Known): number[] {
  const found = new Set([id]);
  for (let size = 0; size < found.size;) {
    size = found.size;
    for (const set of copies) if (set.some((one) => found.has(one))) for (const one of set) found.add(one);
    for (const { a, b, kind } of pairs) {
      if (kind === 'identical' && (found.has(a) || found.has(b))) found.add(a).add(b);
    }
  }
  return [...found].sort((a, b) => a - b);
}

export function referenceGroups(
  known: Known,
  kind: DuplicateKind,
  strictness: number,
  { order, chosen, dismissals }: GroupDecisions,
): ReferenceGroup[] {
  const classOf = new Map(known.photos.map(({ id }) => [id, identicalTo(id, known)]));
  const nameOf = (id: number): number => (kind === 'identical' ? id : (classOf.get(id)?.[0] ?? -id));
  const classes = dismissals.map((photoIds) => new Set(photoIds.map(nameOf)));
  const strongest = (a: number, b: number): MatchedPair | undefined =>
    known.pairs
      .filter((pair) => {
        const [x, y] = [nameOf(pair.a), nameOf(pair.b)];
        return pair.kind !== 'identical' && ((x === a && y === b) || (x === b && y === a));
      })
      .sort(
        (p, q) =>
          q.certainty - p.certainty ||
          p.kind.localeCompare(q.kind) ||
          Math.min(p.a, p.b) - Math.min(q.a, q.b) ||
          Math.max(p.a, p.b) - Math.max(q.a, q.b),
      )[0];
  const names = [...new Set(known.photos.map(({ id }) => nameOf(id)))];
  const matches = (a: number, b: number): boolean => {
    if (a === b || classes.some((set) => set.size === 2 && set.has(a) && set.has(b))) return false;
    if (kind === 'identical') return classOf.get(a)!.includes(b);
    const pair = strongest(a, b);
    return pair?.kind === kind && pair.certainty >= strictness;
  };

  const compare = (a: KeepCandidate, b: KeepCandidate): number =>
    Number(chosen.has(b.id)) - Number(chosen.has(a.id)) || order.compare(a, b);
  const plain = new Map(known.photos.map((photo) => [photo.id, { ...photo, shown: 1, framed: false }]));
  const bestOf = (name: number): KeepCandidate =>
    classOf
      .get(name)!
      .map((id) => plain.get(id)!)
      .sort(compare)[0]!;
  const standsFor = (name: number): KeepCandidate => {
    if (kind === 'identical') return plain.get(name)!;
    const best = bestOf(name);
    let { shown, framed, pixels } = best;
    for (const other of names.filter((one) => one !== name)) {
      const pair = strongest(name, other);
      if (!pair?.framing || pair.kind !== 'near-duplicate' || pair.certainty < strictness) continue;
      const { how, overlapA, overlapB } = pair.framing;
      const [own, others] = nameOf(pair.a) === name ? [overlapA, overlapB] : [overlapB, overlapA];
      if (how === 'cropped' && own > others) shown = Math.min(shown, others);
      const source = bestOf(other);
      const isOlder = best.richness === source.richness && best.takenAt < source.takenAt;
      if (how === 'framed' && own < others && best.richness <= source.richness && !isOlder) {
        framed = true;
        const least = (id: number) => plain.get(classOf.get(id)![0]!)!.pixels;
        pixels = Math.min(pixels, least(name) * own, least(other) * others);
      }
    }
    return { ...best, shown, framed, pixels };
  };

  const candidates = new Map(names.map((name) => [name, standsFor(name)]));
  const free = names.toSorted((a, b) => compare(candidates.get(a)!, candidates.get(b)!));
  const groups: ReferenceGroup[] = [];
  while (free.length > 0) {
    const keeper = free.shift()!;
    const members = free.filter((name) => matches(keeper, name));
    if (members.length === 0) continue;
    const all = [keeper, ...members];
    if (classes.some((set) => set.size > 2 && all.every((name) => set.has(name)))) continue;
    for (const member of members) free.splice(free.indexOf(member), 1);
    const related = names.filter((name) => !all.includes(name) && all.some((own) => matches(own, name)));
    const idOf = (name: number) => candidates.get(name)!.id;
    groups.push({
      keeper: idOf(keeper),
      members: members.map(idOf),
      related: related.map(idOf).sort((a, b) => a - b),
    });
  }
  const least = ({ keeper, members }: ReferenceGroup) => Math.min(keeper, ...members);
  return groups.sort((a, b) => least(a) - least(b));
}
