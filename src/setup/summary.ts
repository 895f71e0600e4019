/** How many checks and tests passed and failed. */
export interface Summary {
  passed: number;
  failed: number;
}

/**
 * What a runner found. One that fails although no test of it did (it crashed, or found no tests) counts as one
 * failure; so does one that reports nothing.
 * @param code its exit code
 */
export function summarise(code: number, passed?: number, failed?: number): Summary {
  const failures = failed ?? 0;
  const broken = code !== 0 || passed === undefined;
  return { passed: passed ?? 0, failed: broken ? Math.max(1, failures) : failures };
}

export function total(parts: readonly Summary[]): Summary {
  return {
    passed: parts.reduce((sum, { passed }) => sum + passed, 0),
    failed: parts.reduce((sum, { failed }) => sum + failed, 0),
  };
}

/** The last line of `npm test`. */
export function summaryLine({ passed, failed }: Summary): string {
  return `${passed} passed, ${failed} failed`;
}
