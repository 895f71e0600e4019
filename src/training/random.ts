/** Chance that can be stored: a resumed run goes on with the numbers it would have had. */

/** Four words of 32 bits. */
export type RandomState = readonly number[];

/**
 * Uniform numbers, the same ones for the same seed: sfc32 of the PractRand suite, whose cycle is never shorter than
 * 2^32 and about 2^127 on average.
 */
export class Random {
  readonly #words = new Uint32Array(4);

  /**
   * @param seed a whole number from 0 to 2^32 - 1, or the `state` of another to go on where that one was
   * @throws RangeError for a state that is not four words
   */
  constructor(seed: number | RandomState) {
    if (typeof seed === 'number') {
      this.#words.set([seed, 0x9e3779b9, 0x243f6a88, 1]);
      // Seeds that differ in one bit differ in half of all bits after a dozen rounds.
      for (let round = 0; round < 12; round++) this.next();
    } else {
      if (seed.length !== 4 || seed.some((word) => word !== word >>> 0))
        throw new RangeError('The state of random numbers is four words of 32 bits.');
      this.#words.set(seed);
    }
  }

  /** As it is now: later numbers do not change it. */
  get state(): RandomState {
    return [...this.#words];
  }

  /** From 0 up to, but never, 1. */
  next(): number {
    const words = this.#words;
    const [a, b, c, counter] = words as unknown as [number, number, number, number];
    const sum = (a + b + counter) >>> 0;
    words[3] = counter + 1;
    words[0] = b ^ (b >>> 9);
    words[1] = c + (c << 3);
    words[2] = ((c << 21) | (c >>> 11)) + sum;
    return sum / 2 ** 32;
  }

  /** A whole number from 0 up to, but never, `n`. */
  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  /** All items in another order, as a new array: Fisher and Yates'. */
  shuffle<T>(items: readonly T[]): T[] {
    return this.sample(items, items.length);
  }

  /** So many of the items, none of them twice, in any order; all of them where there are no more. */
  sample<T>(items: readonly T[], n: number): T[] {
    const pool = [...items];
    const size = Math.min(n, pool.length);
    for (let place = 0; place < size; place++) {
      const other = place + this.below(pool.length - place);
      [pool[place], pool[other]] = [pool[other]!, pool[place]!];
    }
    return pool.slice(0, size);
  }

  /** Mean 0, standard deviation 1: Box and Muller's. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return radius * Math.cos(2 * Math.PI * this.next());
  }
}
