/** Results as the content of a file. */
import type { Box, Tier } from '../api-search.ts';
import { csvFile, textCell } from './csv.ts';

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

/** The box takes four columns, and copies are counted. */
function csv(matches: readonly MatchRecord[]): string {
  const rows = matches.map(({ path, score, similarity, tier, verified, box, copies }) => [
    textCell(path),
    score,
    similarity,
    textCell(tier),
    verified ?? '',
    ...(box ?? ['', '', '', '']),
    copies?.length ?? '',
  ]);
  return csvFile(columns, rows);
}
