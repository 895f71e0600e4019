/** What the user chose for a library, by name. */
import type { Database, Statement } from 'better-sqlite3';
import type { z } from 'zod';

export class Settings {
  readonly #get: Statement<[string], string>;
  readonly #set: Statement<[string, string]>;

  constructor(database: Database) {
    this.#get = database.prepare<[string], string>('SELECT value FROM setting WHERE name = ?').pluck();
    this.#set = database.prepare('INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)');
  }

  /**
   * A setting; `standard` where it was never set, or where what another Akin set does not fit the schema.
   * @param schema of the value
   */
  get<Value>(name: string, schema: z.ZodType<Value>, standard: Value): Value {
    const text = this.#get.get(name);
    if (text === undefined) return standard;
    const parsed = schema.safeParse(parse(text));
    return parsed.success ? parsed.data : standard;
  }

  /** @param value anything that JSON keeps */
  set(name: string, value: unknown): void {
    this.#set.run(name, JSON.stringify(value));
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
