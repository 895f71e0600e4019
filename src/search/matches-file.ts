/** Results as the content of a file. */
import type { Box, Tier } from '../api-search.ts';

/** A result as it leaves Akin. */
export interface MatchRecord {
  /** Absolute, as Akin shows it. */
  path: string;
  score: number;
  similarity: number;
  tier: Tier;
  /** Keypoints that agree; absent where that was not looked for. */
  verified?: number | undefined;
  box?: Box | undefined;
  /** Paths of near-identical photos that this one stands for, where they are collapsed. */
  copies?: readonly string[] | undefined;
}

/** In UTF-8; the order of the results is kept. */
export function matchesFile(matches: readonly MatchRecord[], format: 'csv' | 'json'): Uint8Array {
  return new TextEncoder().encode(format === 'csv' ? csv(matches) : json(matches));
}

/** One array, with a line for each result. */
function json(matches: readonly MatchRecord[]): string {
  const lines = matches.map(({ path, score, similarity, tier, verified, box, copies }) =>
    JSON.stringify({ path, score, similarity, tier, verified, box, copies }),
  );
  return lines.length === 0 ? '[]\n' : `[\n${lines.join(',\n')}\n]\n`;
}

const columns = ['path', 'score', 'similarity', 'tier', 'verified', 'x', 'y', 'width', 'height', 'copies'];

/** Without it, spreadsheets take UTF-8 for the system's old encoding. */
const byteOrderMark = '\ufeff';
const lineEnd = '\r\n';

/** By RFC 4180. The box takes four columns, and copies are counted. */
function csv(matches: readonly MatchRecord[]): string {
  const rows = matches.map(({ path, score, similarity, tier, verified, box, copies }) =>
    [
      textCell(path),
      score,
      similarity,
      textCell(tier),
      verified ?? '',
      ...(box ?? ['', '', '', '']),
      copies?.length ?? '',
    ].join(),
  );
  return byteOrderMark + [columns.join(), ...rows, ''].join(lineEnd);
}

/** What a spreadsheet would run as a formula, it gets as text. */
const formulaStart = /^[=+\-@\t\r]/;

/** Always in quotes: a spreadsheet that splits at semicolons would else find the beginning of a cell in a path. */
function textCell(text: string): string {
  const harmless = formulaStart.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}
