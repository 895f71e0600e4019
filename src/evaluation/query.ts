/**
 * What is searched for. Photos are named by their place in `Questions.photos`. The query's own photo is a result only
 * if it is one of its positives; all protocols but two leave it out.
 */
export interface Query {
  readonly photo: number;
  readonly positives: ReadonlySet<number>;
  /** Neither right nor wrong: taken out of the ranking. */
  readonly junk: ReadonlySet<number>;
  /** The thing that it shows: figures are told for each. */
  readonly group: string;
  /** Only this part of the photo is searched for. */
  readonly box?: PixelBox;
}

/** Left, top, right and bottom in pixels of the upright photo, as ground truths have them. */
export type PixelBox = readonly [number, number, number, number];

export const difficulties = ['easy', 'medium', 'hard'] as const;
export type Difficulty = (typeof difficulties)[number];

/** What a protocol reads of a folder. */
export interface Questions {
  /** Absolute paths. */
  readonly photos: readonly string[];
  /** Of the revisited protocol, those of medium difficulty. */
  readonly queries: readonly Query[];
  /** Queries with boxes, where those in `queries` are whole photos. */
  readonly boxQueries?: readonly Query[];
  /** Of the revisited protocol. */
  readonly byDifficulty?: Readonly<Record<Difficulty, readonly Query[]>>;
}
