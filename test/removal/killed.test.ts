import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { scriptPath } from '../processes/run.ts';
import { contentsBelow, pictures, removedNames, RemovalFixture, trashHome } from './removal-fixture.ts';

const run = promisify(execFile);
const trashFiles = path.join(trashHome, 'Trash', 'files');

afterAll(() => {
  rmSync(trashHome, { recursive: true, force: true });
});

/** To a folder, also on a disk without hard links, and on another disk. */
type Way = 'trash' | 'folder' | 'plain' | 'disk';
type Doing = 'remove' | 'undo';

/** A library that is killed again and again. */
class Trial {
  readonly #way: Way;
  readonly #home = mkdtempSync(path.join(tmpdir(), 'akin-killed-'));
  readonly #root = path.join(this.#home, 'root');
  #before: Record<string, string> = {};

  constructor(way: Way) {
    this.#way = way;
    mkdirSync(trashFiles, { recursive: true });
  }

  async prepare(): Promise<void> {
    const fixture = new RemovalFixture(this.#root);
    await fixture.put(pictures);
    this.#before = contentsBelow(fixture.folder);
    fixture.leave();
  }

  /** Runs the process until it is killed at a point, and looks at what it left. 0: not killed; returns the points. */
  async run(doing: Doing, point: number): Promise<number> {
    if (doing === 'undo') await this.#removeAll();
    const points = await this.#process(doing, point);
    const fixture = new RemovalFixture(this.#root);
    try {
      expect(await fixture.removal.repair(), `point ${point}`).toEqual([]);
      expect(fixture.catalog.removals.open()).toEqual([]);
      const away = this.#away(fixture);
      this.#expectWhole(fixture, away, `point ${point}`);
      if (point === 0) expect(away).toHaveLength(doing === 'undo' ? 0 : removedNames.length);
      expect(fixture.removal.list().reduce((sum, { photos }) => sum + photos, 0)).toBe(away.length);
      // The next scan agrees.
      expect(await fixture.run()).toMatchObject({ indexed: 0, moved: 0, removed: 0, failed: 0 });
      for (const { id } of fixture.removal.list()) {
        expect((await fixture.removal.undo(id)).failed, `undo after point ${point}`).toEqual([]);
      }
      expect(contentsBelow(fixture.folder)).toEqual(this.#before);
      this.#expectWhole(fixture, this.#away(fixture), `undo after point ${point}`);
    } finally {
      fixture.leave();
    }
    return points;
  }

  async #removeAll(): Promise<void> {
    const fixture = new RemovalFixture(this.#root);
    await (this.#way === 'trash' ? fixture.remove(removedNames) : fixture.move(removedNames));
    fixture.leave();
  }

  end(): void {
    rmSync(this.#home, { recursive: true, force: true });
  }

  /** Every file is in one place, with its content, and the catalog knows which. */
  #expectWhole(fixture: RemovalFixture, away: readonly string[], what: string): void {
    const here = contentsBelow(fixture.folder);
    expect([...Object.values(here), ...away].sort(), what).toEqual(Object.values(this.#before).sort());
    for (const [name, content] of Object.entries(here)) expect(content, what).toBe(this.#before[name]);
    expect(fixture.known(), what).toEqual(Object.keys(here));
  }

  /** Contents of removed files. */
  #away({ target }: RemovalFixture): string[] {
    const folder = this.#way === 'trash' ? trashFiles : target;
    return Object.values(contentsBelow(folder));
  }

  async #process(doing: Doing, point: number): Promise<number> {
    const words = [scriptPath('remove-until-killed.ts'), this.#root, this.#way, doing, `${point}`];
    const env = { ...process.env, AKIN_TEST_TRASH: trashHome };
    const running = run(process.execPath, words, { env });
    if (point === 0) return (JSON.parse((await running).stdout) as { points: number }).points;
    const ended = await running.catch((error: unknown) => error);
    expect(ended, `point ${point}`).toMatchObject({ signal: 'SIGKILL' });
    return 0;
  }
}

/** One random number in each of `count` equal parts of 1 to `points`. */
function spread(points: number, count: number): number[] {
  return Array.from({ length: count }, (_, at) => 1 + Math.floor(((at + Math.random()) * points) / count));
}

describe('a removal that is killed', () => {
  // Elsewhere the trash is the user's own.
  const ways: Way[] =
    process.platform === 'linux' ? ['trash', 'folder', 'plain', 'disk'] : ['folder', 'plain', 'disk'];
  const kills = Math.ceil(50 / (2 * ways.length));

  it.concurrent.each(ways)(
    'leaves every file in one place, and the catalog knows where: %s',
    async (way) => {
      const trial = new Trial(way);
      try {
        await trial.prepare();
        for (const doing of ['remove', 'undo'] as const) {
          const points = await trial.run(doing, 0);
          expect(points).toBeGreaterThan(20);
          for (const point of spread(points, kills)) await trial.run(doing, point);
        }
      } finally {
        trial.end();
      }
    },
    180_000,
  );
});
