import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { picture } from '../ingest/indexing-fixture.ts';
import { objects, run, Scratch } from './akin-process.ts';

interface Shown {
  id: number;
  name: string;
  photos: string[];
}

const scratch = new Scratch();
const library = scratch.path('library');
const root = realpathSync(scratch.folder);
const at = (...parts: string[]) => path.join(root, 'photos', ...parts);
const akin = (...words: string[]) => run([...words, '--library', library]);
const albums = async (...words: string[]) => objects<Shown>(await akin('albums', ...words, '--json'));
beforeAll(async () => {
  for (const [seed, file] of ['Rome/1.jpg', 'Rome/2.jpg', 'trips/Oslo/3.jpg', 'top.jpg'].entries()) {
    mkdirSync(path.dirname(at(file)), { recursive: true });
    writeFileSync(at(file), await picture(seed));
  }
  await akin('add', at());
});
afterAll(() => scratch.remove());

it('albums are made of folders, and none twice', async () => {
  const made = await albums('--from-folders', at());
  expect(made.map(({ name, photos }) => [name, photos.toSorted()])).toEqual([
    ['Oslo', [at('trips/Oslo/3.jpg')]],
    ['Rome', [at('Rome/1.jpg'), at('Rome/2.jpg')]],
  ]);
  expect(await akin('albums', '--from-folders', at('trips'))).toMatchObject({
    code: 0,
    results: 'Every folder with photos has its album already.\n',
  });
});

it('are filled, split, merged and renamed', async () => {
  const some = await akin('albums', 'add', 'New', at('top.jpg'), at('gone.jpg'), at('Rome/1.jpg'));
  expect(some).toMatchObject({ code: 1, results: 'New · 2 photos\n' });
  expect(some.progress).toBe(
    `The photo ${at('gone.jpg')} is not in the library. Add its folder, then run "akin index".\n`,
  );
  const [part] = await albums('split', 'New', 'Rome', at('top.jpg'));
  expect(part).toMatchObject({ name: 'Rome', photos: [at('top.jpg')] });
  const ambiguous = await akin('albums', 'merge', 'New', 'Rome');
  expect(ambiguous).toMatchObject({ code: 1, results: '' });
  expect(ambiguous.progress).toMatch(`#${part!.id}`);
  expect(await albums('merge', 'New', `#${part!.id}`)).toMatchObject([{ name: 'New', id: part!.id - 1 }]);
  expect((await akin('albums', 'rename', 'New', 'Other')).results).toBe('Other · 2 photos\n');
});

it('judge notes what two photos show, of which there must be two', async () => {
  const [one, other] = [at('Rome/1.jpg'), at('top.jpg')];
  expect(objects(await akin('judge', one, other, 'same', '--json'))).toEqual([
    { photos: [one, other], judgement: 'same' },
  ]);
  expect((await akin('judge', one, one, 'same')).code).toBe(2);
});

it('albums and judgements go to a file and come from it', async () => {
  const file = scratch.path('albums.json');
  expect(objects(await akin('albums', 'export', file, '--json'))).toEqual([
    { path: file, albums: 3, judgements: 1 },
  ]);
  expect(await albums('remove', 'Rome')).toMatchObject([{ name: 'Rome', removed: true }]);
  expect(objects(await akin('albums', 'import', file, '--json'))).toEqual([
    { albums: 1, photos: 2, missing: 0 },
  ]);
  expect((await akin('albums')).results).toBe('Oslo · 1 photo\nOther · 2 photos\nRome · 2 photos\n');
});

it('are cleaned', async () => {
  const [found] = objects(await akin('albums', 'clean', 'Rome', '--json'));
  expect(found).toMatchObject({ name: 'Rome', proposed: [] });
});
