/** What a benchmark found, printed by `npm run bench`. */
export interface BenchResult {
  name: string;
  /** What was measured, a line each, beside its peers and its limit. */
  lines: string[];
  passed: boolean;
}
