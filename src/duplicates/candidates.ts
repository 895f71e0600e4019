/** Which pairs of photos are worth comparing: those whose descriptors are near, and those that look alike when turned. */
import { nearestNeighbours, VectorTable } from './nearest-neighbours.ts';
import type { NearNeighbour } from './nearest-neighbours.ts';
import { coefficientCount, signatureDimensions, signatureOf, similarityTurned } from './signature.ts';
import { Turns } from './turns.ts';

/** Changes whenever other pairs are worth comparing. */
export const candidateMethod = 'candidates 1';

/**
 * Chosen with 2,052 copies of 76 photos, made by 27 edits, among 1,808 photos of buildings and groceries. The original is
 * among the candidates of every copy but some screenshots of photos whose edge has the colour of the page. Descriptors
 * alone miss a twentieth of those that were turned by 90 degrees, a sixth of photos of 100 pixels, and half of the
 * screenshots that show the photo small; signatures find these, and none of what was cropped. Regions of photos would
 * add none that either misses.
 */
const byDescriptor = {
  /** A few that are far, as screenshots are, and more that are near. */
  few: { most: 8, leastScore: 0.15 },
  more: { most: 20, leastScore: 0.3 },
};
/** Those with near signatures, of which the ones that look most alike count. */
const bySignature = { near: { most: 24, leastScore: 0.74 }, alike: { most: 8, leastSimilarity: 0.8 } };

export interface CandidateOptions {
  signal: AbortSignal;
  /** Told the share that is done. */
  onProgress?: (share: number) => void;
}

/** Takes in all photos of a library, those that are known first, and finds candidates for the new ones. */
export class CandidateSearch {
  readonly #descriptors: VectorTable;
  readonly #signatures: VectorTable;
  /** Pictures, by the id that they have in the table of signatures: those of photos, and those in photos. */
  readonly #looks: { photoId: number; coefficients: Int8Array }[] = [];
  #firstNew: { descriptor: number; signature: number } | null = null;

  /** @param dimensions of the descriptors @param capacity how many photos there will be at most */
  constructor(dimensions: number, capacity: number) {
    this.#descriptors = new VectorTable(dimensions, capacity);
    this.#signatures = new VectorTable(signatureDimensions, 2 * capacity);
  }

  /** Photos that are added from now on are new. */
  beginNew(): void {
    this.#firstNew = { descriptor: this.#descriptors.size, signature: this.#signatures.size };
  }

  /**
   * @param descriptor of length 1
   * @param looks as `looksOf` gives them; undefined where nothing is known of how it looks
   * @throws RangeError when there are more photos than room was made for
   */
  add(photoId: number, descriptor: Float32Array, looks: Int8Array | undefined): void {
    this.#descriptors.add(photoId, descriptor);
    for (let begin = 0; looks && begin < looks.length; begin += coefficientCount) {
      const coefficients = looks.subarray(begin, begin + coefficientCount);
      this.#signatures.add(this.#looks.length, signatureOf(coefficients));
      this.#looks.push({ photoId, coefficients });
    }
  }

  /**
   * The photos that each new one is worth comparing with, the likeliest first; new ones without any are left out. A
   * pair of new photos may be told by either of them, or both.
   * @throws what the signal throws
   */
  async find({ signal, onProgress }: CandidateOptions): Promise<Map<number, Uint32Array>> {
    const first = this.#firstNew ?? { descriptor: this.#descriptors.size, signature: this.#signatures.size };
    const found = new Map<number, Uint32Array>();
    const turns = new Turns(signal);
    const { few, more } = byDescriptor;
    const near = await nearestNeighbours(this.#descriptors, {
      from: first.descriptor,
      ...more,
      few,
      signal,
      onProgress: (share) => onProgress?.(share * descriptorShare),
    });
    for (const { id: photoId, neighbours } of near) {
      if (turns.isOver) await turns.next();
      found.set(photoId, idsOf(neighbours));
    }
    const alike = await nearestNeighbours(this.#signatures, {
      from: first.signature,
      ...bySignature.near,
      signal,
      onProgress: (share) => onProgress?.(descriptorShare + share * (1 - descriptorShare)),
    });
    for (const { id, neighbours } of alike) {
      if (turns.isOver) await turns.next();
      const own = this.#looks[id]!;
      const counting = neighbours
        .map((neighbour) => this.#looks[neighbour.id]!)
        .filter(({ photoId }) => photoId !== own.photoId)
        .map(({ photoId, coefficients }) => ({
          id: photoId,
          score: similarityTurned(own.coefficients, coefficients),
        }))
        .filter(({ score }) => score >= bySignature.alike.leastSimilarity)
        .sort((a, b) => b.score - a.score || a.id - b.id)
        .slice(0, bySignature.alike.most);
      if (counting.length > 0) found.set(own.photoId, joined(found.get(own.photoId), counting));
    }
    return found;
  }
}

/** The part of the work that descriptors are, which are longer. */
const descriptorShare = 0.8;

function idsOf(neighbours: readonly NearNeighbour[]): Uint32Array {
  return Uint32Array.from(neighbours, ({ id }) => id);
}

function joined(first: Uint32Array | undefined, more: readonly NearNeighbour[]): Uint32Array {
  return Uint32Array.from(new Set([...(first ?? []), ...idsOf(more)]));
}
