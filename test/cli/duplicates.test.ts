import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GroupRecord } from '../../src/duplicates/groups-file.ts';
import { ended, objects, run, Scratch, start } from './akin-process.ts';

const scratch = new Scratch();
const library = scratch.path('library');
const originals = ['airplane-from-above', 'allium-oreophilum'];
let folder: string;

const akin = (...words: string[]) => run(['duplicates', ...words, '--library', library]);
const groupsOf = async (...words: string[]) => objects<GroupRecord>(await akin(...words, '--json'));
const nameOf = (file: string) => path.basename(file);
const files = () => readdirSync(folder).sort();

beforeAll(async () => {
  folder = await scratch.photos('photos', originals);
  mkdirSync(path.join(folder, 'best'));
  renameSync(path.join(folder, 'airplane-from-above-small.webp'), path.join(folder, 'best', 'small.webp'));
  await run(['add', folder, '--library', library]);
});

afterAll(() => scratch.remove());

it('an interrupted search for duplicates says so, and prints none', async () => {
  const child = start(['duplicates', '--library', library, '--json']);
  const end = ended(child);
  const told = new Promise<void>((resolve) => {
    child.stderr!.on('data', (text: string) => {
      if (text.includes('Comparing')) resolve();
    });
  });
  await Promise.race([told, once(child, 'close')]);
  child.kill('SIGINT');
  expect(await end).toMatchObject({ code: 130, results: '' });
});

describe('groups', () => {
  it('are of identical photos and of near-duplicates, each kind by itself', async () => {
    const groups = await groupsOf();
    const kinds = (kind: string) => groups.filter((group) => group.kind === kind);
    expect(
      kinds('identical').map(({ keeper, members }) =>
        [keeper, ...members.map((one) => one.path)].map(nameOf),
      ),
    ).toEqual(expect.arrayContaining(originals.map((name) => [`${name}.jpg`, `${name}-copy.jpg`])));
    for (const { members } of kinds('identical'))
      expect(members[0]).toMatchObject({ edit: 'same-bytes', overlap: 1 });
    expect(kinds('near-duplicate')).toHaveLength(2);
    for (const { keeper, members, bytes, certainty } of kinds('near-duplicate')) {
      // All but the copy, for which the original stands.
      expect(members).toHaveLength(7);
      expect(members.map((member) => member.path)).not.toContain(keeper);
      expect(bytes).toBe(members.reduce((sum, member) => sum + member.bytes, 0));
      expect(certainty).toBe(Math.min(...members.map((member) => member.certainty)));
      for (const { edit, overlap, protected: isProtected } of members) {
        expect(edit).not.toBeNull();
        expect(overlap).toBeGreaterThan(0.4);
        expect(isProtected).toBe(false);
      }
    }
    const [most, least] = kinds('near-duplicate');
    expect(most!.bytes).toBeGreaterThanOrEqual(least!.bytes);
    expect(await groupsOf('--kind', 'near-duplicate')).toEqual(kinds('near-duplicate'));
  });

  it('are there at once the next time, for people too', async () => {
    const { code, results, progress } = await akin('--kind', 'identical');
    expect(code).toBe(0);
    expect(progress).not.toContain('Comparing');
    const lines = results.trimEnd().split('\n');
    expect(lines).toHaveLength(6);
    expect(lines[0]).toMatch(/^identical · 2 photos · \d+ kB$/);
    expect(lines[1]).toMatch(/^ {2}keep {5}\/.*\.jpg$/);
    expect(lines[2]).toMatch(/^ {2}copy {5}\/.*-copy\.jpg · same bytes$/);
  });

  it('keep what other rules prefer, and what is protected, for this time', async () => {
    const near = ['--kind', 'near-duplicate'];
    const [before, small] = [await groupsOf(...near), await groupsOf(...near, '--keep', 'path-length')];
    expect(small.map(({ keeper }) => nameOf(keeper))).toEqual(
      expect.arrayContaining(['allium-oreophilum.jpg', 'small.webp']),
    );
    const guarded = await groupsOf(...near, '--protect', path.join(folder, 'best'));
    expect(guarded.map(({ keeper }) => nameOf(keeper))).toContain('small.webp');
    expect(await groupsOf(...near)).toEqual(before);
  });

  it('go into files for other programs', async () => {
    const csv = await akin('--export', 'csv', '--kind', 'identical');
    const rows = csv.results.split('\r\n');
    expect(rows[0]).toBe('\ufeffgroup,kind,role,path,edits,overlap,certainty,bytes,protected');
    expect(rows).toHaveLength(1 + 4 + 1);
    const { results } = await akin('--export', 'json', '--order', 'certainty');
    expect(JSON.parse(results)).toEqual(await groupsOf('--order', 'certainty'));
  });

  it.each([
    [['--strictness', '1.5']],
    [['--strictness', 'strict']],
    [['--keep', 'largest']],
    [['--keep', 'oldest,oldest']],
    [['--kind', 'all']],
    [['--remove', '--move-to', 'somewhere']],
    [['--export', 'csv', '--json']],
  ])('are not looked for with %j', async (words) => {
    expect((await akin(...words)).code).toBe(2);
  });

  it('are not looked for where the folder to protect has nothing to do with the library', async () => {
    mkdirSync(scratch.path('elsewhere'));
    for (const wanted of ['elsewhere', 'gone']) {
      expect(await akin('--protect', scratch.path(wanted))).toMatchObject({ code: 1, results: '' });
    }
  });
});

describe('removing', () => {
  const target = scratch.path('removed');
  const near = ['--kind', 'near-duplicate', '--keep', 'file-size'];

  it('only tells what would go, unless that is not wanted', async () => {
    const before = files();
    const answer = await akin(...near, '--remove');
    expect(answer).toMatchObject({ code: 0 });
    expect(answer.results).toMatch(
      /Dry run: 14 photos \(.*\) would be moved to the trash\. Nothing was touched/,
    );
    const summary = objects<{ dryRun: boolean; remove: string[]; bytes: number }>(
      await akin(...near, '--move-to', target, '--json'),
    ).at(-1)!;
    expect(summary.dryRun).toBe(true);
    expect(summary.remove).toHaveLength(14);
    expect(files()).toEqual(before);
    expect(existsSync(target)).toBe(false);
    expect(await akin('undo')).toMatchObject({ code: 1, results: '' });
  });

  it('moves all but the keepers and what is protected to a folder, and undo puts them back', async () => {
    const before = files();
    mkdirSync(target);
    const words = [...near, '--protect', path.join(folder, 'best'), '--move-to', target, '--no-dry-run'];
    const lines = objects<Record<string, unknown>>(await akin(...words, '--json'));
    expect(lines.at(-1)).toMatchObject({
      kind: 'near-duplicate',
      way: 'folder',
      folder: target,
      photos: 14,
      failed: [],
    });
    // The protected one, one keeper, and the copies that are identical to the originals.
    expect(existsSync(path.join(folder, 'best', 'small.webp'))).toBe(true);
    expect(files()).toHaveLength(before.length - 14);
    expect(
      readdirSync(target, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()),
    ).toHaveLength(14);
    expect((await akin(...near, '--remove')).results).toMatch(/Dry run: \d+ photos? /);
    expect(await akin('undo')).toMatchObject({ code: 0, results: '14 photos put back.\n' });
    expect(files()).toEqual(before);
    expect(objects(await akin(...near, '--json'))).toHaveLength(2);
  });
});
