import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCatalog } from '../../src/catalog/catalog.ts';
import { runScript, scriptPath } from '../processes/run.ts';
import { breakTable } from './damage.ts';
import { putPhoto } from './rows.ts';

interface Reply {
  pid: number;
  notices?: string[];
  folders?: number;
  error?: { code: string; details: unknown };
}

let root: string;
let library: string;
const owners: ChildProcessByStdio<Writable, Readable, null>[] = [];

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'akin-owner-'));
  library = path.join(root, 'library');
});

afterEach(async () => {
  for (const owner of owners.splice(0)) {
    if (owner.exitCode !== null || owner.signalCode !== null) continue;
    owner.kill('SIGKILL');
    await once(owner, 'exit');
  }
  rmSync(root, { recursive: true, force: true });
});

/** Another process that owns the library until it is told to go, or killed. */
async function startOwner() {
  const owner = spawn(process.execPath, [scriptPath('catalog-owner.ts'), library, 'until-told'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  owners.push(owner);
  const [line] = (await once(createInterface(owner.stdout), 'line')) as [string];
  return { owner, reply: JSON.parse(line) as Reply };
}

const inUse = (holder: number | undefined) => ({
  code: 'library-in-use',
  details: { path: library, holder },
});

describe('a library that another process owns', () => {
  it('is refused here and there, with the process that has it, and free once that closes it', async () => {
    const { owner } = await startOwner();
    expect(() => openCatalog(library)).toThrow(expect.objectContaining(inUse(owner.pid)));
    expect((await runScript<Reply>('catalog-owner.ts', [library])).error).toEqual(inUse(owner.pid));
    owner.stdin.write('go\n');
    await once(owner, 'exit');
    expect(existsSync(path.join(library, 'owner.json'))).toBe(false);
    const { catalog } = openCatalog(library);
    expect((await runScript<Reply>('catalog-owner.ts', [library])).error).toEqual(inUse(process.pid));
    catalog.close();
    expect(await runScript<Reply>('catalog-owner.ts', [library])).toMatchObject({ notices: [], folders: 0 });
  });

  it('is free once that is killed, keeps what was written, and is looked through', async () => {
    const { owner } = await startOwner();
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    expect(existsSync(path.join(library, 'owner.json'))).toBe(true);
    const first = openCatalog(library);
    expect(first.notices).toEqual([]);
    putPhoto(first.catalog, first.catalog.folders.add('/photos'), '0.jpg');
    first.catalog.close();

    const second = await startOwner();
    expect(second.reply).toMatchObject({ notices: [], folders: 1 });
    second.owner.kill('SIGKILL');
    await once(second.owner, 'exit');
    breakTable(path.join(library, 'catalog.sqlite'), 'region_vectors');
    expect(await runScript<Reply>('catalog-owner.ts', [library])).toMatchObject({
      notices: ['catalog-damaged'],
    });
  });
});
