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
    return this.#verdict([photoId, ...copiesOf(photoId)], [keeper, ...copiesOf(keeper)], kind) ?? unknown;
  }

  /** The most certain one. */
  #verdict(photos: readonly number[], keepers: readonly number[], kind: DuplicateKind): Proof | null {
    let best: StoredVerdict | null = null;
    let isFromPhoto = false;
    for (const photo of photos) {
      for (const keeper of keepers) {
        const verdict = this.#catalog.verdicts.get(photo, keeper);
        if (verdict?.kind !== kind || (best && best.certainty >= verdict.certainty)) continue;
        best = verdict;
        isFromPhoto = verdict.a === photo;
      }
    }
    if (!best) return null;
    const { edits, homography, overlapA, overlapB, residual } = best;
    const toKeeper = homography && (isFromPhoto ? homography : invertHomography(homography));
    return {
      edits: edits.map((edit) => editSchema.parse(edit)),
      overlap: isFromPhoto ? overlapB : overlapA,
      residual,
      toKeeper: toKeeper && scaled(toKeeper),
    };
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
