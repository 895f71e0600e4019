/** Groups of duplicates as they leave Akin. */
import type { DuplicateKind, Edit } from '../api-duplicates.ts';
import { csvFile, textCell } from '../search/csv.ts';

/** A group by its paths: absolute, as Akin shows them. */
export interface GroupRecord {
  kind: DuplicateKind;
  keeper: string;
  members: MemberRecord[];
  related: string[];
  /** Of the least certain member. */
  certainty: number;
  /** What removing all members would free; those that are protected are not counted. */
  bytes: number;
  /** Of the keeper. */
  keeperBytes: number;
}

export interface MemberRecord {
  path: string;
  /** The plainest difference from the keeper; null where there is none to name. */
  edit: Edit | null;
  edits: Edit[];
  /** The share of the keeper's area that it shows. */
  overlap: number;
  certainty: number;
  bytes: number;
  protected: boolean;
}

/** In UTF-8; the order of the groups is kept. */
export function groupsFile(groups: readonly GroupRecord[], format: 'csv' | 'json'): Uint8Array {
  return new TextEncoder().encode(format === 'csv' ? csv(groups) : json(groups));
}

/** One array, with a line for each group. */
function json(groups: readonly GroupRecord[]): string {
  const lines = groups.map((group) => JSON.stringify(group));
  return lines.length === 0 ? '[]\n' : `[\n${lines.join(',\n')}\n]\n`;
}

const columns = ['group', 'kind', 'role', 'path', 'edits', 'overlap', 'certainty', 'bytes', 'protected'];

/** A row for each photo; groups are numbered from 1. */
function csv(groups: readonly GroupRecord[]): string {
  const rows = groups.flatMap(({ kind, keeper, members, related, keeperBytes }, at) => {
    const begin = (role: string, path: string) => [at + 1, textCell(kind), textCell(role), textCell(path)];
    return [
      [...begin('keeper', keeper), '', '', '', keeperBytes, ''],
      ...members.map((member) => [
        ...begin('member', member.path),
        textCell(member.edits.join(' ')),
        member.overlap,
        member.certainty,
        member.bytes,
        textCell(member.protected ? 'protected' : ''),
      ]),
      ...related.map((path) => [...begin('related', path), '', '', '', '', '']),
    ];
  });
  return csvFile(columns, rows);
}
