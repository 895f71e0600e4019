/** The command line as it is shipped, and as a clone offers it. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { putPictures } from '../ingest/indexing-fixture.ts';
import { ended, objects, project, run, Scratch } from './akin-process.ts';

const scratch = new Scratch();
afterAll(() => scratch.remove());

const { version } = JSON.parse(readFileSync(`${project}/package.json`, 'utf8')) as { version: string };

it('tells its version', async () => {
  expect(await run(['--version'])).toEqual({ code: 0, results: `${version}\n`, progress: '' });
});

it('works as a bundle', async () => {
  const folder = scratch.path('photos');
  await putPictures(folder, 3);
  const bundle = (...words: string[]) =>
    run(words, { script: 'dist/cli/akin.js', env: { AKIN_LIBRARY: scratch.path('library') } });
  expect(await bundle('--version')).toEqual({ code: 0, results: `${version}\n`, progress: '' });
  expect((await bundle('add', folder)).code).toBe(0);
  expect(objects(await bundle('index', '--json'))).toMatchObject([{ indexed: 3, failed: [] }]);
  const found = objects<{ matches: object[] }>(await bundle('search', `${folder}/1.jpg`, '--json'));
  expect(found[0]!.matches).toHaveLength(2);
  expect((await bundle('list', '--nope')).code).toBe(2);
});

it('answers nothing but results to npm run --silent', async () => {
  const lock = createHash('sha256')
    .update(readFileSync(`${project}/package-lock.json`))
    .digest('hex');
  const installed = readFileSync(`${project}/node_modules/.akin-installed`, 'utf8');
  expect(installed, 'the packages are those of the lock: a test must not install any').toContain(lock);
  // npm's Node may be another one; the project finds the right one by itself.
  const npm = process.env['npm_execpath'];
  const words = ['run', '--silent', 'akin', '--', 'status', '--json', '--library', scratch.path('npm')];
  const child = spawn(npm ? process.execPath : 'npm', npm ? [npm, ...words] : words, {
    cwd: project,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { code, results, progress } = await ended(child);
  expect(progress).toBe('');
  expect(code).toBe(0);
  expect(JSON.parse(results)).toMatchObject({ library: scratch.path('npm'), photos: 0, folders: [] });
});
