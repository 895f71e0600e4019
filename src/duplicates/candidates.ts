/** Which pairs of photos are worth comparing: those whose descriptors are near, and those that look alike when turned. */
import { nearestNeighbours, VectorTable } from './nearest-neighbours.ts';
import type { NearNeighbour } from './nearest-neighbours.ts';
import { signatureDimensions, signatureOf, similarityTurned } from './signature.ts';
import { Turns } from './turns.ts';

/** Changes whenever other pairs are worth comparing. */
export const candidateMethod = 'candidates 1';

/**
 * Chosen with 1,430 copies of 65 photos, made by 22 edits, among 1,808 photos of buildings and groceries. The original
 * is among the candidates of every copy but for screenshots that it fills to a quarter, of which it is for 95 %.
 * Descriptors alone miss a twentieth of those that were turned by 90 degrees, and of photos of 100 pixels a sixth;
 * signatures find all of these, and none of what has a border. Regions of photos would add none that either misses.
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
  readonly #coefficients = new Map<number, Int8Array>();
  #firstNew: { descriptor: number; signature: number } | null = null;

  /** @param dimensions of the descriptors @param capacity how many photos there will be at most */
  constructor(dimensions: number, capacity: number) {
    this.#descriptors = new VectorTable(dimensions, capacity);
    this.#signatures = new VectorTable(signatureDimensions, capacity);
  }

  /** Photos that are added from now on are new. */
  beginNew(): void {
    this.#firstNew = { descriptor: this.#descriptors.size, signature: this.#signatures.size };
  }

  /**
   * @param descriptor of length 1
   * @param coefficients as `coefficientsOf` gives them; undefined where nothing is known of how it looks
   * @throws RangeError when there are more photos than room was made for
   */
  add(photoId: number, descriptor: Float32Array, coefficients: Int8Array | undefined): void {
    this.#descriptors.add(photoId, descriptor);
    if (!coefficients) return;
    this.#signatures.add(photoId, signatureOf(coefficients));
    this.#coefficients.set(photoId, coefficients);
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
    for (const { photoId, neighbours } of near) {
      if (turns.isOver) await turns.next();
      found.set(photoId, idsOf(neighbours));
    }
    const alike = await nearestNeighbours(this.#signatures, {
      from: first.signature,
      ...bySignature.near,
      signal,
      onProgress: (share) => onProgress?.(descriptorShare + share * (1 - descriptorShare)),
    });
    for (const { photoId, neighbours } of alike) {
      if (turns.isOver) await turns.next();
      const own = this.#coefficients.get(photoId)!;
      const counting = neighbours
        .map((neighbour) => ({
          photoId: neighbour.photoId,
          score: similarityTurned(own, this.#coefficients.get(neighbour.photoId)!),
        }))
        .filter(({ score }) => score >= bySignature.alike.leastSimilarity)
        .sort((a, b) => b.score - a.score || a.photoId - b.photoId)
        .slice(0, bySignature.alike.most);
      if (counting.length > 0) found.set(photoId, joined(found.get(photoId), counting));
    }
    return found;
  }
}

/** The part of the work that descriptors are, which are longer. */
const descriptorShare = 0.8;

function idsOf(neighbours: readonly NearNeighbour[]): Uint32Array {
  return Uint32Array.from(neighbours, ({ photoId }) => photoId);
}

function joined(first: Uint32Array | undefined, more: readonly NearNeighbour[]): Uint32Array {
  return Uint32Array.from(new Set([...(first ?? []), ...idsOf(more)]));
}
