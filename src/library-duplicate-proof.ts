/** What is known about two photos of a group, told from the one to the other. */
import { editSchema } from './api-duplicates.ts';
import type { DuplicateKind, DuplicatePhoto } from './api-duplicates.ts';
import type { Catalog } from './catalog/catalog.ts';
import type { StoredVerdict } from './catalog/verdicts.ts';
import { invertHomography } from './local-features/homography.ts';
import type { Homography } from './local-features/homography.ts';

type Proof = Pick<DuplicatePhoto, 'edits' | 'overlap' | 'residual' | 'toKeeper'>;

const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1];
const same: Proof = { edits: [], overlap: 1, residual: 0, toKeeper: identity };
/** Of a pair that was forgotten after the groups were made. */
const unknown: Proof = { edits: [], overlap: 0, residual: 1, toKeeper: null };

export class DuplicateProof {
  readonly #catalog: Catalog;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /**
   * How a photo differs from its keeper; nothing of the keeper from itself.
   * @param copiesOf photos for which whatever is known of another one holds as well
   */
  between(
    photoId: number,
    keeper: number,
    kind: DuplicateKind,
    copiesOf: (photoId: number) => readonly number[],
  ): Proof {
    if (photoId === keeper) return same;
    if (kind === 'identical') {
      return { ...same, edits: this.#haveSameBytes(photoId, keeper) ? ['same-bytes'] : ['same-pixels'] };
    }
    const verdict =
      this.#ofKind(kind, this.#catalog.verdicts.get(photoId, keeper)) ??
      this.#ofCopies([photoId, ...copiesOf(photoId)], [keeper, ...copiesOf(keeper)], kind);
    if (!verdict) return unknown;
    const isFromPhoto = verdict.a === photoId || copiesOf(photoId).includes(verdict.a);
    const { edits, homography, overlapA, overlapB, residual } = verdict;
    const toKeeper = homography && (isFromPhoto ? homography : invertHomography(homography));
    return {
      edits: edits.map((edit) => editSchema.parse(edit)),
      overlap: isFromPhoto ? overlapB : overlapA,
      residual,
      toKeeper: toKeeper && scaled(toKeeper),
    };
  }

  /** About any of the one side and any of the other. */
  #ofCopies(
    photos: readonly number[],
    keepers: readonly number[],
    kind: DuplicateKind,
  ): StoredVerdict | null {
    // There may be thousands of one picture.
    const [few, many] = photos.length < keepers.length ? [photos, keepers] : [keepers, photos];
    const others = new Set(many);
    for (const photoId of few) {
      const found = this.#catalog.verdicts
        .of(photoId)
        .find(
          (verdict) => verdict.kind === kind && others.has(verdict.a === photoId ? verdict.b : verdict.a),
        );
      if (found) return found;
    }
    return null;
  }

  #ofKind(kind: DuplicateKind, verdict: StoredVerdict | undefined): StoredVerdict | null {
    return verdict?.kind === kind ? verdict : null;
  }

  #haveSameBytes(a: number, b: number): boolean {
    const [one, other] = [this.#catalog.photos.get(a)?.hash, this.#catalog.photos.get(b)?.hash];
    return one !== undefined && other !== undefined && Buffer.compare(one, other) === 0;
  }
}

/** So that the third coordinate of the photo's centre is 1: an inverted map that mirrors has it negative. */
function scaled(h: Homography): number[] {
  const w = (h[6]! + h[7]!) / 2 + h[8]!;
  return [...h].map((value) => value / w);
}
