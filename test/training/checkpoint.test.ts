import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCheckpoint, removeCheckpoint, writeCheckpoint } from '../../src/training/checkpoint.ts';
import { runFiles } from '../../src/training/job.ts';
import { runMounted, withOwnMounts } from '../processes/run.ts';
import { checkpointOf } from './checkpoint-fixture.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'akin-run-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** The file with the tensors. */
function tensorsFile(): string {
  const [name, ...others] = readdirSync(folder).filter((file) => file.endsWith('.safetensors'));
  expect(others).toEqual([]);
  return path.join(folder, name!);
}

describe('a checkpoint', () => {
  it('is read as it was written, in the place of the one before', async () => {
    expect(await readCheckpoint(folder)).toBeNull();
    for (const step of [1, 2, 2, 40]) await writeCheckpoint(folder, checkpointOf(step, 1000));
    expect(await readCheckpoint(folder)).toEqual(checkpointOf(40, 1000));
    expect(readdirSync(folder)).toHaveLength(2);
    await removeCheckpoint(folder);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('keeps every bit of a number, also of those that are none', async () => {
    const values = Float32Array.of(0.1, -0, 1e-45, 3.4e38, NaN, -Infinity);
    await writeCheckpoint(folder, { ...checkpointOf(1, 1), tensors: new Map([['a', values]]) });
    const { tensors } = (await readCheckpoint(folder))!;
    expect(new Uint32Array(tensors.get('a')!.buffer)).toEqual(new Uint32Array(values.buffer));
  });

  it('that is damaged is refused, whatever is wrong with it', async () => {
    const spoil: (() => void)[] = [
      () => writeFileSync(path.join(folder, runFiles.state), '{"state":'),
      () => writeFileSync(path.join(folder, runFiles.state), '{}'),
      () => rmSync(tensorsFile()),
      () => writeFileSync(tensorsFile(), readFileSync(tensorsFile()).subarray(0, -4)),
      () => {
        const content = readFileSync(tensorsFile());
        content[content.length - 1]! ^= 1;
        writeFileSync(tensorsFile(), content);
      },
    ];
    for (const damage of spoil) {
      await writeCheckpoint(folder, checkpointOf(3, 100));
      damage();
      await expect(readCheckpoint(folder)).rejects.toMatchObject({ code: 'run-damaged' });
      await removeCheckpoint(folder);
    }
  });

  it('is whole whenever the process is killed', async () => {
    const script = path.join(import.meta.dirname, '../processes/checkpoints-until-killed.ts');
    let step = 0;
    for (let round = 0; round < 3; round++) {
      const child = spawn(process.execPath, [script, folder, String(step)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let written = '';
      for await (const text of child.stdout) {
        written += String(text);
        // Killed in the middle of a later one, at another moment each round.
        if (written.split('\n').length > 3 + round) break;
      }
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      const last = Number(written.trim().split('\n').at(-1));
      const found = (await readCheckpoint(folder))!;
      expect(found.state.step).toBeGreaterThanOrEqual(last);
      expect(found).toEqual(checkpointOf(found.state.step, 300_000));
      step = found.state.step;
    }
  });

  it('that finds no room is told, and the one before stays', async (context) => {
    const way = withOwnMounts();
    if (!way) return context.skip('Mounting is not allowed here.');
    const reply = await runMounted(
      `mount -t tmpfs -o size=4m tmpfs "${folder}"; exec "$NODE" "$SCRIPT" "${folder}"`,
      'checkpoint-on-full-disk.ts',
      way,
    );
    expect(reply).toEqual({
      tensors: 'training-disk-full',
      point: 'training-disk-full',
      kept: 1,
      files: 3,
      afterwards: 3,
    });
  });
});
