/** Hashes of bits, and how many of these differ. */

/** Bits from the lowest of the first word on. */
export type BitHash = Uint32Array;

/** @param bits as many as are wanted, a multiple of 32 */
export function hashOfBits(bits: readonly boolean[]): BitHash {
  const hash = new Uint32Array(bits.length / 32);
  for (const [at, isSet] of bits.entries()) {
    if (isSet) hash[at >>> 5]! |= 1 << (at & 31);
  }
  return hash;
}

/** How many bits differ (Hamming distance). Both have as many. */
export function differingBits(one: BitHash, other: BitHash): number {
  let count = 0;
  for (let word = 0; word < one.length; word++) count += setBits(one[word]! ^ other[word]!);
  return count;
}

/** Sums of two, four and eight bits side by side; the product adds the four bytes up. */
function setBits(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
