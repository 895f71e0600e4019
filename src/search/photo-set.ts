/** A set of photos in a bit a photo, which threads share: what a filter lets through. */

const firstBytes = 1024;

export class PhotoSet {
  #bits = new Uint8Array(new SharedArrayBuffer(firstBytes));

  /** @param photoIds positive integers, in any order */
  constructor(photoIds: Iterable<number> = []) {
    for (const photoId of photoIds) this.add(photoId);
  }

  add(photoId: number): void {
    const byte = photoId >>> 3;
    if (byte >= this.#bits.length) this.#grow(byte + 1);
    this.#bits[byte]! |= 1 << (photoId & 7);
  }

  /** The bit of photo n is bit n % 8 of byte n / 8; photos beyond the end are not in the set. */
  get bits(): Uint8Array {
    return this.#bits;
  }

  #grow(bytes: number): void {
    const larger = new Uint8Array(new SharedArrayBuffer(Math.max(bytes, this.#bits.length * 2)));
    larger.set(this.#bits);
    this.#bits = larger;
  }
}

/** Whether a photo is in the set with these bits. */
export function holds(bits: Uint8Array, photoId: number): boolean {
  return ((bits[photoId >>> 3] ?? 0) & (1 << (photoId & 7))) !== 0;
}
