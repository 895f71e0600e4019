/** Photos for tests of keep rules and groups. */
import fc from 'fast-check';
import type { KeepCandidate } from '../../src/duplicates/keep-rules.ts';

/** Photos that differ by nothing but their ids, unless told otherwise. */
export function candidate(id: number, change: Partial<KeepCandidate> = {}): KeepCandidate {
  return {
    id,
    folderId: 9,
    protected: false,
    pixels: 100,
    shown: 1,
    framed: false,
    format: 'jpeg',
    bytes: 1000,
    richness: 0,
    takenAt: 100,
    path: '/photos/one.jpg',
    ...change,
  };
}

/** As many photos, with ids from 1, whose properties are often the same. */
export function anyCandidates(count: number): fc.Arbitrary<KeepCandidate[]> {
  const few = fc.integer({ min: 1, max: 3 });
  const changes = fc.record({
    folderId: few,
    protected: fc.integer({ min: 0, max: 4 }).map((number) => number === 0),
    pixels: few,
    shown: fc.constantFrom(1, 1, 0.7, 0.69),
    framed: fc.boolean(),
    format: fc.constantFrom('jpeg', 'png', 'heic', 'unheard-of'),
    bytes: few,
    richness: few,
    takenAt: few,
    path: fc.constantFrom('/a/1.jpg', '/a/2.jpg', '/b/10.jpg'),
  });
  return fc
    .array(changes, { minLength: count, maxLength: count })
    .map((all) => all.map((change, at) => candidate(at + 1, change)));
}
