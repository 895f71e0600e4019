/** A way to find duplicates, as it is measured. */

/** Two photos, by their places in the files that were looked at. */
export interface CalledPair {
  readonly one: number;
  readonly other: number;
  /** How far apart the two are: the smaller, the surer. */
  readonly distance: number;
}

export interface FoundPairs {
  /** Each once, and none twice; also some beyond the threshold. */
  readonly pairs: readonly CalledPair[];
  /** Files that it could not read, by their places. */
  readonly unreadable: ReadonlySet<number>;
  /** Of making what is compared, and of comparing. */
  readonly milliseconds: { readonly making: number; readonly comparing: number };
  /** Why a pair was not called, as in `not a candidate`. */
  readonly whyNot?: (one: number, other: number) => string;
}

export interface FindOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number) => void;
}

export interface DuplicateMethod {
  readonly name: string;
  /** Pairs as far apart as this, or less, are called duplicates. */
  readonly threshold: number;
  /** A threshold in words, as in `10 of 64 bits`. */
  wording(threshold: number): string;
  /** @param files absolute paths */
  find(files: readonly string[], options: FindOptions): Promise<FoundPairs>;
}
