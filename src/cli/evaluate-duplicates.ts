import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { AkinError } from '../errors.ts';
import { makeCopies, photosBelow } from '../evaluation/duplicates/copies.ts';
import type { DuplicateMethod } from '../evaluation/duplicates/duplicate-method.ts';
import { hashMethods } from '../evaluation/duplicates/hash-methods.ts';
import { thingGroups } from '../evaluation/duplicates/thing-groups.ts';
import { akinMethod } from './evaluate-duplicates-akin.ts';
import { DuplicatesReport } from './evaluate-duplicates-report.ts';
import { ProgressLine } from './progress-line.ts';
import { interruptible } from './session.ts';

interface EvaluateDuplicatesOptions {
  json?: boolean;
  list?: boolean;
  sample: number;
  seed: number;
  method: string[];
}

const methodNames = ['akin', ...hashMethods.map(({ name }) => name)];

/** `akin evaluate-duplicates FOLDER`: how well copies of photos are found, by Akin and by hashes. */
export function evaluateDuplicatesCommand(): Command {
  return new Command('evaluate-duplicates')
    .description(
      'Measure how well edited copies of photos are found, which it makes of a sample of a folder.',
    )
    .argument('<folder>', 'photos, in folders or not')
    .option('--json', 'print one JSON object a line')
    .option('--sample <number>', 'photos that copies are made of', parseCount, 100)
    .option('--seed <number>', 'chooses the sample, and what chance decides in the edits', parseCount, 1)
    .addOption(new Option('--method <name...>', 'what to measure').choices(methodNames).default(methodNames))
    .option('--list', 'name the pairs that were called and are false, and the copies that were missed')
    .action((folder: string, options: EvaluateDuplicatesOptions) =>
      interruptible((signal) => evaluateDuplicates(folder, options, signal)),
    );
}

async function evaluateDuplicates(
  folder: string,
  { json = false, list = false, sample, seed, method: wanted }: EvaluateDuplicatesOptions,
  signal: AbortSignal,
): Promise<void> {
  const originals = await photosBelow(folder, signal);
  if (originals.length === 0) throw new AkinError('dataset-unknown', { path: folder });
  const temporary = await mkdtemp(path.join(tmpdir(), 'akin-evaluate-duplicates-'));
  const line = new ProgressLine('Editing');
  try {
    const copies = path.join(temporary, 'copies');
    await mkdir(copies);
    const reporter = line.reporter(Math.min(sample, originals.length));
    const photos = await makeCopies(originals, {
      sample,
      seed,
      strengths: 'evaluation',
      folder: copies,
      signal,
      onProgress: reporter,
      onUnreadable: (file) => line.say(`Left out: ${file}`),
    });
    const report = new DuplicatesReport(photos, await thingGroups(folder, originals), { json, list, seed });
    report.begin();
    const akin = akinMethod([path.resolve(folder), copies], path.join(temporary, 'library'));
    for (const method of [akin, ...hashMethods].filter(({ name }) => wanted.includes(name)))
      report.add(
        method,
        await measured(
          method,
          photos.map(({ file }) => file),
          signal,
        ),
      );
    report.end();
  } finally {
    line.clear();
    await rm(temporary, { recursive: true, force: true });
  }
}

async function measured(method: DuplicateMethod, files: readonly string[], signal: AbortSignal) {
  const line = new ProgressLine(`Finding by ${method.name}`);
  try {
    return await method.find(files, { signal, onProgress: line.reporter(files.length) });
  } finally {
    line.clear();
  }
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1)
    throw new InvalidArgumentError('It is a whole number from 1 on.');
  return count;
}
