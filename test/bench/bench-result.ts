/** What a benchmark found, printed by `npm run bench`. */
export interface BenchResult {
  name: string;
  /** What was measured, a line each: Akin and its peers. */
  measured: string[];
  limits: Limit[];
}

export interface Limit {
  /** The limit, and how far the measurement is from it. */
  text: string;
  holds: boolean;
}
