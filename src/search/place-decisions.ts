/** What the user decided about places, as constraints on the cut of the match graph. */

/** Photos that belong in one place; with several sides, those of different sides in different places. */
export interface Decision {
  readonly sides: readonly (readonly number[])[];
}

/**
 * Must-link and cannot-link constraints, as in Wagstaff, Cardie, Rogers and Schrödl, "Constrained k-means clustering
 * with background knowledge", ICML 2001, section 3, with the closure of both.
 */
export interface Constraints {
  /** Groups of at least two photos that stay together; no photo is in two. */
  readonly together: readonly (readonly number[])[];
  /** Pairs of photos; whatever holds the one photo may not hold the other. */
  readonly apart: readonly (readonly [number, number])[];
  /** Groups of photos with the same content. */
  readonly copies: readonly (readonly number[])[];
}

/**
 * A later decision goes before an earlier one: two photos that were put apart are joined by none that is older, nor
 * by a third photo.
 *
 * @param decisions newest first
 * @param copies groups of photos with the same content, which stay together unless a decision says otherwise
 */
export function resolveDecisions(
  decisions: readonly Decision[],
  copies: readonly (readonly number[])[] = [],
): Constraints {
  const groups = new ExclusiveGroups();
  for (const { sides } of decisions) {
    for (const side of sides) groups.join(side);
    for (const [at, side] of sides.entries()) {
      for (const other of sides.slice(at + 1)) groups.separate(side, other);
    }
  }
  for (const group of copies) groups.join(group);
  return { ...groups.constraints(), copies };
}

/** Disjoint sets, some of which exclude each other. */
class ExclusiveGroups {
  readonly #groups = new Map<number, Group>();

  join(photos: readonly number[]): void {
    const [first, ...others] = [...photos].sort((a, b) => a - b);
    if (first === undefined) return;
    for (const photo of others) {
      const into = this.#groupOf(first);
      const from = this.#groupOf(photo);
      if (into === from || into.excluded.has(from)) continue;
      for (const member of from.photos) {
        into.photos.push(member);
        this.#groups.set(member, into);
      }
      for (const other of from.excluded) {
        other.excluded.delete(from);
        other.excluded.add(into);
        into.excluded.add(other);
      }
    }
  }

  separate(photos: readonly number[], others: readonly number[]): void {
    const left = new Set(photos.map((photo) => this.#groupOf(photo)));
    const right = new Set(others.map((photo) => this.#groupOf(photo)));
    for (const one of left) {
      for (const other of right) {
        if (one === other) continue;
        one.excluded.add(other);
        other.excluded.add(one);
      }
    }
  }

  constraints(): Pick<Constraints, 'together' | 'apart'> {
    const together: number[][] = [];
    const apart: [number, number][] = [];
    for (const group of new Set(this.#groups.values())) {
      const first = Math.min(...group.photos);
      if (group.photos.length > 1) together.push([...group.photos].sort((a, b) => a - b));
      for (const other of group.excluded) {
        const second = Math.min(...other.photos);
        if (first < second) apart.push([first, second]);
      }
    }
    together.sort((a, b) => a[0]! - b[0]!);
    apart.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    return { together, apart };
  }

  #groupOf(photo: number): Group {
    const known = this.#groups.get(photo);
    if (known) return known;
    const group: Group = { photos: [photo], excluded: new Set() };
    this.#groups.set(photo, group);
    return group;
  }
}

interface Group {
  photos: number[];
  excluded: Set<Group>;
}
