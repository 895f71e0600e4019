/**
 * Runs of training. Settings, the error that ended a run, and its figures are kept as JSON: they are written once and
 * read whole. This module does not know their schemas; whoever reads them checks them.
 */
import type { Database, Statement } from 'better-sqlite3';

export type RunState = 'preparing' | 'training' | 'interrupted' | 'cancelled' | 'failed' | 'done';
export type RunDecision = 'accepted' | 'kept' | 'discarded';

export interface RunRow {
  id: number;
  state: RunState;
  /** What was in the JSON; undefined where it is none. */
  settings: unknown;
  /** The version of the model that training began with; 0 for the one that comes with Akin. */
  parentId: number;
  /** Milliseconds since 1970. */
  startedAt: number;
  endedAt: number | null;
  backend: string | null;
  device: string;
  step: number;
  steps: number;
  /** Null for a run that none ended. */
  error: unknown;
  /** Null before the end. */
  figures: unknown;
  decision: RunDecision | null;
  /** The version that was made of it. */
  versionId: number | null;
}

export type RunChanges = Partial<Omit<RunRow, 'id' | 'settings' | 'parentId'>>;

type Stored = Omit<RunRow, 'settings' | 'error' | 'figures'> & {
  settings: string;
  error: string | null;
  figures: string | null;
};

export class Runs {
  readonly #insert: Statement<[string, number, number]>;
  readonly #list: Statement<[], Stored>;
  readonly #get: Statement<[number], Stored>;
  readonly #update: Statement<[Omit<Stored, 'settings' | 'parentId'>]>;
  readonly #delete: Statement<[number]>;
  readonly #interrupt: Statement<[number]>;

  constructor(database: Database) {
    const columns = `id, state, settings, parent_id AS parentId, started_at AS startedAt, ended_at AS endedAt, backend,
      device, step, steps, error, figures, decision, version_id AS versionId`;
    this.#insert = database.prepare(
      "INSERT INTO run (state, settings, parent_id, started_at) VALUES ('preparing', ?, ?, ?)",
    );
    this.#list = database.prepare(`SELECT ${columns} FROM run ORDER BY id DESC`);
    this.#get = database.prepare(`SELECT ${columns} FROM run WHERE id = ?`);
    this.#update = database.prepare(
      `UPDATE run SET state = @state, started_at = @startedAt, ended_at = @endedAt, backend = @backend,
         device = @device, step = @step, steps = @steps, error = @error, figures = @figures, decision = @decision,
         version_id = @versionId
       WHERE id = @id`,
    );
    this.#delete = database.prepare('DELETE FROM run WHERE id = ?');
    this.#interrupt = database.prepare(
      "UPDATE run SET state = 'interrupted', ended_at = ? WHERE state IN ('preparing', 'training')",
    );
  }

  /** Begins a run, and returns its id, which no run ever had. @param settings anything that JSON keeps */
  create(settings: unknown, parentId: number, startedAt: number): number {
    return Number(this.#insert.run(JSON.stringify(settings), parentId, startedAt).lastInsertRowid);
  }

  /** Newest first. */
  list(): RunRow[] {
    return this.#list.all().map(asRow);
  }

  get(id: number): RunRow | undefined {
    const row = this.#get.get(id);
    return row && asRow(row);
  }

  /** Parts that are not given stay as they are. Returns whether there is such a run. */
  change(id: number, changes: RunChanges): boolean {
    const row = this.get(id);
    if (!row) return false;
    const { settings: _settings, parentId: _parentId, error, figures, ...plain } = { ...row, ...changes };
    this.#update.run({ ...plain, error: textOf(error), figures: textOf(figures) });
    return true;
  }

  /** Forgets a run. */
  remove(id: number): void {
    this.#delete.run(id);
  }

  /** For when nothing can be going on any more: what was is interrupted. @param at milliseconds since 1970 */
  interrupt(at: number): void {
    this.#interrupt.run(at);
  }
}

function asRow(row: Stored): RunRow {
  return {
    ...row,
    settings: parse(row.settings),
    error: row.error === null ? null : parse(row.error),
    figures: row.figures === null ? null : parse(row.figures),
  };
}

function textOf(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
