import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TrainingPoint } from '../../src/api-training.ts';
import { runFiles } from '../../src/training/job.ts';
import { PointsFile, readPoints, writeWhole } from '../../src/training/run-folder.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'akin-run-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function point(step: number): TrainingPoint {
  return {
    step,
    loss: 0.5 / step,
    top1: 0.5,
    precision: 0.4,
    active: 1,
    norm: 0.7,
    learningRate: 1e-3,
    heldOut: null,
  };
}

describe('the curves of a run', () => {
  it('are there line by line, and are drawn anew from where a run goes on', async () => {
    const points = await PointsFile.open(folder, 0);
    for (const step of [1, 2, 3]) await points.append(point(step));
    await points.sync();
    await points.close();
    expect(await readPoints(folder)).toEqual([point(1), point(2), point(3)]);

    const resumed = await PointsFile.open(folder, 2);
    await resumed.append({ ...point(3), loss: 0 });
    await resumed.close();
    expect(await readPoints(folder)).toEqual([point(1), point(2), { ...point(3), loss: 0 }]);
  });

  it('end where a crash cut them off', async () => {
    const points = await PointsFile.open(folder, 0);
    for (const step of [1, 2]) await points.append(point(step));
    await points.close();
    const file = path.join(folder, runFiles.points);
    // Cut off without an end, and then within a line.
    appendFileSync(file, JSON.stringify(point(3)));
    expect(await readPoints(folder)).toEqual([point(1), point(2)]);
    appendFileSync(file, `${JSON.stringify(point(4))}\n`);
    expect(await readPoints(folder)).toEqual([point(1), point(2)]);

    const resumed = await PointsFile.open(folder, 5);
    await resumed.append(point(3));
    await resumed.close();
    expect(await readPoints(folder)).toEqual([point(1), point(2), point(3)]);
  });

  it('are none before the run has begun', async () => {
    expect(await readPoints(folder)).toEqual([]);
  });
});

describe('a file of a run', () => {
  it('is replaced whole, and leaves nothing beside it', async () => {
    const file = path.join(folder, 'report.json');
    await writeWhole(file, 'first');
    await writeWhole(file, new TextEncoder().encode('second, longer'));
    expect(readFileSync(file, 'utf8')).toBe('second, longer');
    expect(readdirSync(folder)).toEqual(['report.json']);
  });
});
