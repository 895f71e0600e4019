import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { editsOf } from '../../src/evaluation/duplicates/edits.ts';
import { realPhoto } from '../ingest/pictures.ts';
import { ended, objects, run, Scratch, start } from './akin-process.ts';

interface Figures {
  recall: number;
  precision: number;
  wanted: number;
}

interface Row extends Figures {
  method: string;
  photos: number;
  copies: number;
  unreadable: number;
  wrong: number;
  threshold: number;
  best: Figures | null;
  edits: (Figures & { edit: string })[];
  things?: { called: number; pairs: number };
  milliseconds: { making: number; comparing: number };
}

const scratch = new Scratch();
/** Where the command makes its copies and its library. */
const temporary = scratch.path('temporary');
const names = ['black-canyon', 'nagasaki-boats', 'dust-bowl-home'];
const edits = editsOf('evaluation');
let photos: string;
const empty = scratch.path('empty');

beforeAll(async () => {
  mkdirSync(temporary);
  mkdirSync(empty);
  photos = scratch.path('photos');
  for (const name of names) {
    mkdirSync(path.join(photos, name), { recursive: true });
    await sharp(realPhoto(name))
      .resize(300)
      .toFile(path.join(photos, name, 'photo.jpg'));
  }
  // Another part of a photo of the sample's: a copy that nobody marked.
  await sharp(realPhoto(names[0]!))
    .resize(280)
    .modulate({ brightness: 0.9 })
    .toFile(path.join(photos, names[0]!, 'paler.jpg'));
  writeFileSync(path.join(photos, 'broken.jpg'), 'no picture');
});

afterAll(() => scratch.remove());

const evaluate = (...words: string[]) =>
  run(['evaluate-duplicates', ...words], { env: { TMPDIR: temporary, TEMP: temporary, TMP: temporary } });

describe('evaluate-duplicates', () => {
  it('measures Akin beside hashes, edit by edit, and leaves nothing behind', async () => {
    const done = await evaluate(photos, '--sample', '1', '--json', '--list');
    expect(done.code).toBe(0);
    const lines = objects<Row | { method: string; false?: string[]; missed?: string; reason?: string }>(done);
    const rows = lines.filter((line): line is Row => 'recall' in line);
    expect(rows.map(({ method }) => method)).toEqual(['akin', 'dhash', 'phash', 'pdq']);
    for (const row of rows) {
      expect(row).toMatchObject({ photos: 5, copies: edits.length, wanted: edits.length, unreadable: 1 });
      expect(row.edits.map(({ edit }) => edit)).toEqual(edits.map(({ name }) => name));
      expect(row.things!.pairs).toBe(1);
      const right = row.edits.reduce((sum, { recall, wanted }) => sum + recall * wanted, 0);
      expect(row.recall).toBeCloseTo(right / edits.length, 9);
    }
    const of = (method: string) => rows.find((row) => row.method === method)!;
    expect(of('akin').recall).toBeGreaterThan(of('pdq').recall);
    expect(of('pdq').recall).toBeGreaterThan(of('phash').recall);
    const turned = ({ edits: measured }: Row) => measured.find(({ edit }) => edit === 'rotated 90°')!.recall;
    expect(rows.map(turned)).toEqual([1, 0, 0, 1]);
    // The paler one is called by all, and told apart.
    for (const { method, things } of rows) {
      expect(things!.called).toBe(1);
      const called = lines
        .filter((line) => line.method === method)
        .flatMap((line) => ('false' in line ? [line.false] : []));
      expect(called).toContainEqual(
        ['paler.jpg', 'photo.jpg'].map((file) => path.join(photos, names[0]!, file)),
      );
    }
    const missed = lines.flatMap((line) =>
      'missed' in line && line.method === 'dhash' ? [line.missed] : [],
    );
    expect(missed).toHaveLength(Math.round((1 - of('dhash').recall) * edits.length));
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('prints tables, of the methods that were asked for', async () => {
    const done = await evaluate(photos, '--sample', '1', '--method', 'phash');
    expect(done.code).toBe(0);
    expect(done.results).toContain(`5 photos and ${edits.length} copies, seed 1\n`);
    expect(done.results).toMatch(
      /\nphash +10 of 64 bits +0\.\d{3} +[01]\.\d{4} +[01]\.\d{4} +\d+ +1 of 1 +[\d.]+ s +[\d.]+ s\n/,
    );
    expect(done.results).toMatch(/\nrotated 90° +0\.000 +[01]\.\d{4}\n/);
    expect(done.results).not.toMatch(/^akin/m);
  });

  it.each([
    ['no folder', [], 2, /missing required argument/],
    ['a folder that is not there', ['none'], 1, /none is not there/],
    ['a folder without photos', ['EMPTY'], 1, /not a data set/],
    ['a method that there is not', ['PHOTOS', '--method', 'ahash'], 2, /akin, dhash, phash, pdq/],
    ['no sample', ['PHOTOS', '--sample', '0'], 2, /whole number from 1 on/],
  ])('refuses %s', async (_, words, code, message) => {
    const done = await evaluate(...words.map((word) => ({ PHOTOS: photos, EMPTY: empty })[word] ?? word));
    expect(done.progress).toMatch(message);
    expect([done.code, done.results]).toEqual([code, '']);
  });

  it('ends with 130 when it is interrupted, and leaves nothing behind', async () => {
    const child = start(['evaluate-duplicates', photos, '--json'], {
      env: { TMPDIR: temporary, TEMP: temporary, TMP: temporary },
    });
    child.stderr!.once('data', () => child.kill('SIGINT'));
    const done = await ended(child);
    expect([done.code, done.results]).toEqual([130, '']);
    expect(done.progress).toMatch(/Cancelled\./);
    expect(readdirSync(temporary)).toEqual([]);
  });
});
