/** Writing into a run's folder, so that a crash or a full disk at any moment leaves what was there before. */
import { open, readFile, readdir, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import { trainingPointSchema } from '../api-training.ts';
import type { TrainingPoint } from '../api-training.ts';
import { AkinError } from '../errors.ts';
import { runFiles } from './job.ts';

const diskFull = new Set(['ENOSPC', 'EDQUOT']);

/**
 * Writes a file whole or not at all: a new one takes the place of the old one once all of it is on the disk.
 * @throws AkinError `training-disk-full`; whatever else the file system throws
 */
export async function writeWhole(file: string, content: string | Uint8Array): Promise<void> {
  const unfinished = `${file}.unfinished`;
  try {
    const handle = await open(unfinished, 'w');
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(unfinished, file);
    await syncFolder(path.dirname(file));
  } catch (error) {
    await rm(unfinished, { force: true });
    throw asFull(error, file);
  }
}

/** The name of a file that was renamed is on the disk only once its folder is; Windows has no such thing. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The curves of a run, a line for each step. What a crash cuts off is drawn anew when the run goes on. */
export class PointsFile {
  readonly #file: string;
  readonly #handle: FileHandle;

  private constructor(file: string, handle: FileHandle) {
    this.#file = file;
    this.#handle = handle;
  }

  /**
   * Opens the file of a run that is at `step`: later points are taken back.
   * @throws AkinError `training-disk-full`
   */
  static async open(folder: string, step: number): Promise<PointsFile> {
    const file = path.join(folder, runFiles.points);
    const kept = (await readPoints(folder)).filter((point) => point.step <= step);
    await writeWhole(file, kept.map(asLine).join(''));
    return new PointsFile(file, await open(file, 'a'));
  }

  /** @throws AkinError `training-disk-full` */
  async append(point: TrainingPoint): Promise<void> {
    await this.#handle.appendFile(asLine(point)).catch((error: unknown) => {
      throw asFull(error, this.#file);
    });
  }

  /** Brings all that was appended onto the disk. @throws AkinError `training-disk-full` */
  async sync(): Promise<void> {
    await this.#handle.sync().catch((error: unknown) => {
      throw asFull(error, this.#file);
    });
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** The points that a run's folder holds, up to where the file is sound. */
export async function readPoints(folder: string): Promise<TrainingPoint[]> {
  const text = await readFile(path.join(folder, runFiles.points), 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  });
  const points: TrainingPoint[] = [];
  // What comes after the last line's end was cut off while it was written.
  for (const line of text.split('\n').slice(0, -1)) {
    const point = pointOf(line);
    if (!point) break;
    points.push(point);
  }
  return points;
}

/** What a file of a run's folder holds as JSON; null where there is no such file, or where it is not as it should be. */
export async function readSound<Content>(file: string, schema: z.ZodType<Content>): Promise<Content | null> {
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}

/** What tells of a run that is over. */
const memories = new Set<string>([runFiles.points, runFiles.split, runFiles.report]);

/** Frees what a run that nobody wants takes on the disk. What it told stays. */
export async function discardRun(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (!memories.has(name)) await rm(path.join(folder, name), { recursive: true, force: true });
  }
}

function pointOf(line: string): TrainingPoint | null {
  try {
    return trainingPointSchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

function asLine(point: TrainingPoint): string {
  return `${JSON.stringify(point)}\n`;
}

function asFull(error: unknown, file: string): unknown {
  if (!diskFull.has(codeOf(error))) return error;
  return new AkinError('training-disk-full', { path: path.dirname(file) }, { cause: error });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
