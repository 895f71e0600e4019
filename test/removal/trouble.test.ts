import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { boundByPermissions, runMounted, runScript, withOwnMounts } from '../processes/run.ts';

let root: string;
let disk: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'akin-trouble-'));
  disk = path.join(root, 'disk');
  mkdirSync(disk);
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const first = 'open/a 2.png';
const second = 'shut/a 3.png';
const third = 'open/b 2.png';

it.skipIf(process.platform !== 'linux')(
  'to another disk, and to a trash on one, goes what there is room for; what there is not stays whole',
  async (context) => {
    const way = withOwnMounts();
    if (!way) return context.skip('Mounting is not allowed here.');
    const shell = `mount -t tmpfs -o size=600k tmpfs "${disk}"
      export AKIN_TEST_TRASH="${disk}/trash" AKIN_TEST_HOME="${root}"; exec "$NODE" "$SCRIPT" "${root}/library" "${disk}"`;
    expect(await runMounted(shell, 'remove-in-trouble.ts', way)).toMatchObject({
      fullDisk: {
        codes: [
          [second, 'removal-disk-full'],
          [third, 'removal-disk-full'],
        ],
        left: [first],
        away: 1,
        open: 0,
        failedUndo: 0,
        whole: true,
      },
      fullTrash: {
        codes: [
          [second, 'removal-trash'],
          [third, 'removal-trash'],
        ],
        left: [first],
        open: 0,
        failedUndo: 0,
        whole: true,
      },
    });
  },
);

it.skipIf(process.platform !== 'linux')(
  'without permission a file stays, and the others go',
  async (context) => {
    const way = boundByPermissions();
    if (!way) return context.skip('Nothing binds this process.');
    const words = [path.join(root, 'library')];
    const nothing = { left: [], away: 0, open: 0, failedUndo: 0, whole: true };
    const others = { left: [first, third], away: 2, open: 0, failedUndo: 0, whole: true };
    process.env['AKIN_TEST_TRASH'] = path.join(root, 'library', 'trash');
    try {
      expect(await runScript('remove-in-trouble.ts', words, way)).toEqual({
        closedTarget: { codes: [first, second, third].map((name) => [name, 'removal-denied']), ...nothing },
        closedFolder: { codes: [[second, 'removal-denied']], ...others },
        trashFromClosed: { codes: [[second, 'removal-trash']], ...others },
        unreadable: ['photo-denied'],
      });
    } finally {
      delete process.env['AKIN_TEST_TRASH'];
    }
  },
);
