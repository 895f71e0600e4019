import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { ModelVersion } from '../../src/api-training.ts';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import { writeModel } from '../../src/training/tuned-model.ts';
import { smallPhoto } from '../library-fixture.ts';
import { objects, run, Scratch } from './akin-process.ts';

const scratch = new Scratch();
const akin = (...words: string[]) => run([...words, '--library', scratch.path('library'), '--json']);
const models = async (...words: string[]) => objects<ModelVersion>(await akin('models', ...words));

afterAll(() => scratch.remove());

it('versions are imported, used, exchanged, exported and removed', async () => {
  const photos = scratch.path('photos');
  mkdirSync(photos);
  for (const name of ['black-canyon', 'nagasaki-boats'])
    writeFileSync(path.join(photos, `${name}.jpg`), await smallPhoto(name));
  await akin('add', photos);
  await akin('index');
  const shipped = await readModel(defaultModelFolder());
  const head = { ...shipped.head!, shift: shipped.head!.shift.map((value) => value / 2) };
  const folder = scratch.path('model');
  await writeModel(folder, { ...shipped, head }, 2);

  const [imported] = await models('import', folder);
  expect(imported).toMatchObject({ name: 'mobilenet-v2 2', active: false, described: 0, photos: 2 });
  const id = String(imported!.id);
  expect(await models('use', id)).toMatchObject([{ id: imported!.id, active: true, described: 2 }]);
  expect(await akin('models', 'remove', id)).toMatchObject({ code: 1, results: '' });
  expect(await models('rollback')).toMatchObject([{ id: 0, active: true }]);
  const [exported] = objects<{ path: string }>(await akin('models', 'export', id, scratch.path('')));
  expect(existsSync(path.join(exported!.path, 'model.json'))).toBe(true);
  expect(await models('remove', id)).toEqual([{ id: imported!.id, removed: true }]);
  expect(await models()).toMatchObject([{ id: 0, active: true, previous: false, described: 2 }]);
});

it.each([
  ['use', 'boats'],
  ['rename', '1', ' '],
])('"akin models %s %s" is refused', async (...words) => {
  expect(await akin('models', ...words)).toMatchObject({ code: 2, results: '' });
});
