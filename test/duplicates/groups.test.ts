import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { duplicateKindSchema } from '../../src/api-duplicates.ts';
import type { DuplicateKind } from '../../src/api-duplicates.ts';
import { duplicateGraph } from '../../src/duplicates/duplicate-graph.ts';
import type { MatchedPair } from '../../src/duplicates/duplicate-graph.ts';
import { groupDuplicates } from '../../src/duplicates/groups.ts';
import type { GroupDecisions, Grouping } from '../../src/duplicates/groups.ts';
import { keepOrder, standardKeepRules } from '../../src/duplicates/keep-rules.ts';
import type { KeepCandidate } from '../../src/duplicates/keep-rules.ts';
import { anyCandidates, candidate } from './candidates.ts';
import { identicalTo, referenceGroups } from './groups-reference.ts';
import type { Known } from './groups-reference.ts';

const undecided: GroupDecisions = { order: keepOrder(standardKeepRules), chosen: new Set(), dismissals: [] };

/** Photo 1 is to be kept rather than 2, and so on. */
function photosTo(last: number) {
  return Array.from({ length: last }, (_, at) =>
    candidate(at + 1, { pixels: 1000 - at, path: `/${at + 1}.jpg` }),
  );
}

function pair(a: number, b: number, certainty = 1, change: Partial<MatchedPair> = {}): MatchedPair {
  return { a, b, kind: 'near-duplicate', certainty, framing: null, ...change };
}

function group(
  { photos, copies, pairs }: Known,
  kind: DuplicateKind,
  strictness = 0,
  decisions: Partial<GroupDecisions> = {},
): Grouping {
  return groupDuplicates(
    duplicateGraph(photos, copies, pairs),
    { kind, strictness },
    { ...undecided, ...decisions },
  );
}

/** Keeper, members and what is related. */
function summary(grouping: Grouping) {
  return grouping.groups.map((one) => ({
    keeper: one.keeper.id,
    members: one.members.map(({ photo }) => photo.id),
    related: grouping.related(one),
  }));
}

function known(last: number, pairs: MatchedPair[], copies: number[][] = []): Known {
  return { photos: photosTo(last), copies, pairs };
}

describe('near-duplicates', () => {
  it('a chain is no group: what matches a member only is related, as is what a better keeper has', () => {
    const chain = known(4, [pair(1, 2), pair(2, 3), pair(3, 4)]);
    expect(summary(group(chain, 'near-duplicate'))).toEqual([
      { keeper: 1, members: [2], related: [3] },
      { keeper: 3, members: [4], related: [2] },
    ]);
  });

  it('pairs that are less certain than is wanted do not count', () => {
    const star = known(4, [pair(1, 2, 0.9), pair(1, 3, 0.5), pair(4, 1, 0.7)]);
    const at = (strictness: number) => summary(group(star, 'near-duplicate', strictness))[0]?.members;
    expect([0.5, 0.6, 0.9, 0.95].map(at)).toEqual([[2, 3, 4], [2, 4], [2], undefined]);
    expect(group(star, 'near-duplicate', 0.6).groups[0]!.members.map(({ certainty }) => certainty)).toEqual([
      0.9, 0.7,
    ]);
  });

  it('a photo that joins shows in the group that it matches', () => {
    const before = known(3, [pair(2, 3)]);
    expect(summary(group(before, 'near-duplicate'))).toEqual([{ keeper: 2, members: [3], related: [] }]);
    const after = known(3, [pair(2, 3), pair(1, 2), pair(1, 3)]);
    expect(summary(group(after, 'near-duplicate'))).toEqual([{ keeper: 1, members: [2, 3], related: [] }]);
  });

  it('kinds are not mixed', () => {
    const mixed = known(4, [
      pair(1, 2),
      pair(1, 3, 1, { kind: 'same-scene' }),
      pair(3, 4, 1, { kind: 'identical' }),
    ]);
    expect(summary(group(mixed, 'near-duplicate'))).toEqual([{ keeper: 1, members: [2], related: [] }]);
    expect(summary(group(mixed, 'same-scene'))).toEqual([{ keeper: 1, members: [3], related: [] }]);
    expect(summary(group(mixed, 'identical'))).toEqual([{ keeper: 3, members: [4], related: [] }]);
  });

  it('of identical photos one stands for all, by what was found about any of them', () => {
    const copied = known(5, [pair(4, 5, 0.8), pair(1, 2, 1, { kind: 'identical' })], [[2, 4]]);
    const grouping = group(copied, 'near-duplicate');
    expect(summary(grouping)).toEqual([{ keeper: 1, members: [5], related: [] }]);
    expect(grouping.copies(1)).toEqual([2, 4]);
    expect(grouping.copies(5)).toEqual([]);
    expect(grouping.groupOf(4)).toBe(grouping.groups[0]);
    expect(summary(group(copied, 'identical'))).toEqual([{ keeper: 1, members: [2, 4], related: [] }]);
    expect(group(copied, 'identical').copies(1)).toEqual([]);
  });

  it('companions are no pair, whatever was found', () => {
    const photos = [
      candidate(1, { path: '/a/IMG_1.CR2' }),
      candidate(2, { path: '/a/IMG_1.JPG' }),
      candidate(3),
    ];
    const shot = { photos, copies: [], pairs: [pair(1, 2), pair(2, 3)] };
    expect(summary(group(shot, 'near-duplicate'))).toEqual([{ keeper: 2, members: [3], related: [] }]);
  });
});

describe('the keeper', () => {
  it('is a protected photo, where there is one', () => {
    const photos = photosTo(3).map((photo) => ({ ...photo, protected: photo.id === 3 }));
    const grouping = group(
      { photos, copies: [], pairs: [pair(1, 2), pair(1, 3), pair(2, 3)] },
      'near-duplicate',
    );
    expect(summary(grouping)).toEqual([{ keeper: 3, members: [1, 2], related: [] }]);
    expect(grouping.decidedBy(grouping.groups[0]!)).toBe('protected');
  });

  it('is what the user chose, and then no rule decided', () => {
    const chosen = new Set([3]);
    const grouping = group(known(4, [pair(1, 2), pair(1, 3), pair(2, 3), pair(1, 4)]), 'near-duplicate', 0, {
      chosen,
    });
    expect(summary(grouping)).toEqual([{ keeper: 3, members: [1, 2], related: [4] }]);
    expect(grouping.decidedBy(grouping.groups[0]!)).toBeNull();
  });

  it('is not the crop, nor the one with a border around it, large as they may be', () => {
    const told = { richness: 3 };
    const photos = [candidate(1, told), candidate(2, told), candidate(3, { pixels: 144 })];
    const crop = pair(1, 2, 1, { framing: { how: 'cropped', overlapA: 1, overlapB: 0.6 } });
    const border = pair(3, 2, 1, { framing: { how: 'framed', overlapA: 0.7, overlapB: 1 } });
    const grouping = group({ photos, copies: [], pairs: [crop, border, pair(1, 3)] }, 'near-duplicate');
    expect(summary(grouping)).toEqual([{ keeper: 2, members: [3, 1], related: [] }]);
    expect(grouping.decidedBy(grouping.groups[0]!)).toBe('uncropped');
    // Less certain than is wanted, so that it says nothing about its photos either.
    const uncertain = {
      photos,
      copies: [],
      pairs: [{ ...border, certainty: 0.3 }, pair(2, 3, 0.8, { kind: 'same-scene' })],
    };
    expect(group(uncertain, 'same-scene', 0.5).groups[0]!.keeper.id).toBe(3);
  });

  it('is no enlarged screenshot: it counts with no more pixels than what it shows', () => {
    const photos = [candidate(1, { pixels: 500 }), candidate(2, { pixels: 90, richness: 1 })];
    const screenshot = pair(1, 2, 1, { framing: { how: 'framed', overlapA: 0.8, overlapB: 1 } });
    const [found] = group({ photos, copies: [], pairs: [screenshot] }, 'near-duplicate').groups;
    expect(found!.keeper.id).toBe(2);
    expect(found!.members[0]!.photo.pixels).toBe(90);
  });

  it('may be larger by what looks like a border, where its metadata does not tell that it is a copy', () => {
    const sky = pair(1, 2, 1, { framing: { how: 'framed', overlapA: 0.5, overlapB: 1 } });
    const keeperOf = (large: Partial<KeepCandidate>) => {
      const photos = [candidate(1, large), candidate(2, { pixels: 50, richness: 2, takenAt: 100 })];
      return group({ photos, copies: [], pairs: [sky] }, 'near-duplicate').groups[0]!.keeper.id;
    };
    expect(keeperOf({ richness: 2, takenAt: 100 })).toBe(2);
    expect(keeperOf({ richness: 1, takenAt: 99 })).toBe(2);
    expect(keeperOf({ richness: 2, takenAt: 99 })).toBe(1);
    expect(keeperOf({ richness: 3, takenAt: 101 })).toBe(1);
  });
});

describe('dismissals', () => {
  const triangle = [pair(1, 2), pair(1, 3), pair(2, 3)];
  const after = (last: number, pairs: MatchedPair[], dismissals: number[][], copies: number[][] = []) =>
    summary(group(known(last, pairs, copies), 'near-duplicate', 0, { dismissals }));

  it('a pair is no pair any more; each may match others', () => {
    expect(after(2, [pair(1, 2)], [[2, 1]])).toEqual([]);
    expect(after(3, triangle, [[1, 2]])).toEqual([{ keeper: 1, members: [3], related: [2] }]);
    expect(
      after(3, triangle, [
        [1, 2],
        [3, 1],
      ]),
    ).toEqual([{ keeper: 2, members: [3], related: [] }]);
  });

  it('a group is gone until a photo joins it', () => {
    expect(after(3, triangle, [[1, 2, 3]])).toEqual([]);
    expect(after(3, triangle, [[1, 2, 3, 4, 5]])).toEqual([]);
    expect(after(4, [...triangle, pair(1, 4)], [[1, 2, 3]])).toEqual([
      { keeper: 1, members: [2, 3, 4], related: [] },
    ]);
  });

  it('a photo that joins one who was dismissed shows it with that one', () => {
    expect(after(4, [...triangle, pair(2, 4)], [[1, 2, 3]])).toEqual([
      { keeper: 2, members: [3, 4], related: [1] },
    ]);
  });

  it('holds for copies of the photos, which are no new pictures', () => {
    expect(after(3, [pair(1, 2)], [[1, 2]], [[2, 3]])).toEqual([]);
    expect(after(4, triangle, [[1, 2, 3]], [[3, 4]])).toEqual([]);
  });

  it('of identical photos too, one by one', () => {
    const copies = [[1, 2, 3]];
    const shown = (dismissals: number[][]) =>
      summary(group(known(3, [], copies), 'identical', 1, { dismissals }));
    expect(shown([])).toEqual([{ keeper: 1, members: [2, 3], related: [] }]);
    expect(shown([[1, 2]])).toEqual([{ keeper: 1, members: [3], related: [2] }]);
    expect(shown([[1, 2, 3]])).toEqual([]);
  });
});

describe('whatever is known and decided', () => {
  const last = 9;
  const ids = fc.integer({ min: 1, max: last + 1 });
  const anyPairs = fc
    .uniqueArray(
      fc.record({
        ends: fc.uniqueArray(ids, { minLength: 2, maxLength: 2 }),
        kind: fc.constantFrom<DuplicateKind>(
          'near-duplicate',
          'near-duplicate',
          'near-duplicate',
          'same-scene',
          'identical',
        ),
        certainty: fc.constantFrom(0.3, 0.5, 0.8, 1),
        framing: fc.option(
          fc.record({
            how: fc.constantFrom('cropped' as const, 'framed' as const),
            overlapA: fc.constantFrom(0.5, 0.8, 1),
            overlapB: fc.constantFrom(0.5, 0.8, 1),
          }),
        ),
      }),
      { maxLength: 22, selector: ({ ends }) => [Math.min(...ends), Math.max(...ends)].join() },
    )
    .map((all) => all.map(({ ends, ...rest }): MatchedPair => ({ a: ends[0]!, b: ends[1]!, ...rest })));
  const anything = fc.record({
    photos: anyCandidates(last),
    pairs: anyPairs,
    copies: fc.array(fc.uniqueArray(ids, { minLength: 2, maxLength: 3 }), { maxLength: 2 }),
    kind: fc.constantFrom(...duplicateKindSchema.options),
    strictness: fc.constantFrom(0, 0.5, 0.8),
    chosen: fc.uniqueArray(ids, { maxLength: 2 }).map((all) => new Set(all)),
    dismissals: fc.array(fc.uniqueArray(ids, { minLength: 2, maxLength: 5 }), { maxLength: 3 }),
    seed: fc.integer(),
  });

  it('groups are those of the rules by the letter, in whatever order all of it comes', () => {
    fc.assert(
      fc.property(anything, ({ kind, strictness, chosen, dismissals, seed, ...all }) => {
        const decisions = { ...undecided, chosen, dismissals };
        const wanted = referenceGroups(thoseThere(all), kind, strictness, decisions);
        expect(summary(group(all, kind, strictness, decisions))).toEqual(wanted);
        const turned = {
          photos: shuffled(all.photos, seed),
          copies: shuffled(all.copies, seed).map((set) => shuffled(set, seed)),
          pairs: shuffled(all.pairs, seed).map(turnedRound),
        };
        const others = {
          ...decisions,
          dismissals: shuffled(dismissals, seed).map((set) => shuffled(set, seed)),
        };
        expect(summary(group(turned, kind, strictness, others))).toEqual(wanted);
      }),
      { numRuns: 1000 },
    );
  });

  it('members match their keeper, which is the best of them; no photo is in two groups', () => {
    fc.assert(
      fc.property(anything, ({ kind, strictness, chosen, dismissals, ...all }) => {
        const grouping = group(all, kind, strictness, { chosen, dismissals });
        const there = thoseThere(all);
        const seen = new Set<number>();
        for (const one of grouping.groups) {
          const photos = [one.keeper, ...one.members.map(({ photo }) => photo)];
          expect(one.id).toBe(Math.min(...photos.map(({ id }) => id)));
          for (const { id } of photos) {
            expect(seen).not.toContain(id);
            for (const same of kind === 'identical' ? [id] : identicalTo(id, there)) {
              seen.add(same);
              expect(grouping.groupOf(same)).toBe(one);
            }
          }
          for (const { photo, certainty } of one.members) {
            expect(certainty).toBeGreaterThanOrEqual(kind === 'identical' ? 1 : strictness);
            expect(grouping.match(one.keeper.id, photo.id)).toBe(true);
            expect(grouping.match(photo.id, one.keeper.id)).toBe(true);
            if (!chosen.has(one.keeper.id)) {
              expect(chosen).not.toContain(photo.id);
              expect(undecided.order.compare(one.keeper, photo)).toBeLessThan(0);
            }
          }
          if (photos.some((photo) => photo.protected) && !chosen.has(one.keeper.id)) {
            expect(one.keeper.protected).toBe(true);
          }
          const everyPhoto = photos.map(({ id }) => id);
          expect(dismissals.some((set) => everyPhoto.every((id) => set.includes(id)))).toBe(false);
          for (const id of grouping.related(one)) {
            expect(everyPhoto).not.toContain(id);
            expect(everyPhoto.some((own) => grouping.match(own, id))).toBe(true);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** Without what is known of photos that are not there. */
function thoseThere({ photos, copies, pairs }: Known): Known {
  const ids = new Set(photos.map(({ id }) => id));
  return {
    photos,
    copies: copies.map((set) => set.filter((id) => ids.has(id))),
    pairs: pairs.filter(({ a, b }) => ids.has(a) && ids.has(b)),
  };
}

function turnedRound({ a, b, framing, ...rest }: MatchedPair): MatchedPair {
  const turned = framing && { ...framing, overlapA: framing.overlapB, overlapB: framing.overlapA };
  return { a: b, b: a, framing: turned, ...rest };
}

/** Always the same for one seed. */
function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const keyed = items.map((item, at) => ({ item, key: Math.imul(seed ^ (at + 1), 0x9e3779b1) >>> 0 }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}
