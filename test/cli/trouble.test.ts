/** What can go wrong on the command line: exit codes, messages, interruption, odd names. */
import { once } from 'node:events';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLibrary } from '../../src/library.ts';
import { picture, putPictures } from '../ingest/indexing-fixture.ts';
import { ended, objects, run, Scratch, start } from './akin-process.ts';

const scratch = new Scratch();
afterAll(() => scratch.remove());

const akin = (library: string, ...words: string[]) => run([...words, '--library', scratch.path(library)]);

describe('wrong usage', () => {
  it.each([
    [['list', '--nope'], /unknown option '--nope'/],
    [['nope'], /unknown command 'nope'/],
    [['add'], /missing required argument 'folders'/],
    [['search'], /name a photo, or a file of photos with --queries/],
    [['search', 'x.jpg', '--top', '0'], /from 1 to 1000/],
    [['search', 'x.jpg', '--top', 'many'], /from 1 to 1000/],
    [[], /Usage: akin/],
  ])('%j ends with code 2 and the help', async (words, message) => {
    const { code, results, progress } = await run(words, { env: { AKIN_LIBRARY: scratch.path('unused') } });
    expect(code).toBe(2);
    expect(progress).toMatch(message);
    expect(progress).toMatch('Usage: akin');
    expect(results).toBe('');
  });

  it.each([['--help'], ['search --help']])('%s is no error', async (words) => {
    const { code, results, progress } = await run(words.split(' '));
    expect(code).toBe(0);
    expect(results).toMatch('Usage: akin');
    expect(progress).toBe('');
  });
});

describe('a library without photos', () => {
  it('lists nothing and has a status', async () => {
    expect(await akin('empty', 'list', '--json')).toEqual({ code: 0, results: '', progress: '' });
    const { results } = await akin('empty', 'status', '--json');
    expect(JSON.parse(results)).toMatchObject({ photos: 0, indexed: 0, failed: 0, folders: [] });
  });

  it.each([['index'], ['search', 'x.jpg']])('tells %s to add a folder first', async (...words) => {
    const { code, results, progress } = await akin('empty', ...words);
    expect(code).toBe(1);
    expect(progress).toBe('There are no photos in the library yet. Add a folder first.\n');
    expect(results).toBe('');
  });
});

describe('folders', () => {
  it('adds the others when one is missing', async () => {
    const there = scratch.path('there');
    mkdirSync(there);
    const { code, results, progress } = await akin('some', 'add', scratch.path('gone'), there);
    expect(code).toBe(1);
    expect(progress).toMatch(`The folder ${scratch.path('gone')} is not there.`);
    expect(results).toBe(`Added ${there}\n`);
  });

  it('refuses a folder inside another', async () => {
    const outer = scratch.path('outer');
    mkdirSync(scratch.path('outer', 'inner'), { recursive: true });
    const { code, progress } = await akin('overlap', 'add', outer, scratch.path('outer', 'inner'));
    expect(code).toBe(1);
    expect(progress).toBe(`The folder ${outer}/inner is already covered by ${outer}.\n`);
  });

  it('ends with code 1 when a folder has vanished, and keeps its photos', async () => {
    const folder = scratch.path('drive');
    await putPictures(folder, 2);
    await akin('drives', 'add', folder);
    await akin('drives', 'index');
    renameSync(folder, `${folder} away`);
    const { code, progress } = await akin('drives', 'index');
    expect(code).toBe(1);
    expect(progress).toMatch(`The folder ${folder} is not there.`);
    const { results } = await akin('drives', 'status', '--json');
    expect(JSON.parse(results)).toMatchObject({
      photos: 2,
      folders: [{ path: folder, photos: 2, state: 'missing' }],
    });
    renameSync(`${folder} away`, folder);
    expect((await akin('drives', 'index')).code).toBe(0);
  });
});

it('searches what was added and not indexed yet', async () => {
  const folder = scratch.path('unscanned');
  await putPictures(folder, 3);
  await akin('unscanned library', 'add', folder);
  const found = await akin('unscanned library', 'search', `${folder}/0.jpg`, '--json');
  expect(found.code).toBe(0);
  expect(objects<{ matches: unknown[] }>(found)[0]!.matches).toHaveLength(2);
});

it('names the process that has the library', async () => {
  const holder = await openLibrary({ folder: scratch.path('held') });
  try {
    const { code, progress } = await akin('held', 'status');
    expect(code).toBe(1);
    expect(progress).toBe(
      `The library ${scratch.path('held')} is in use by process ${process.pid}. Close that one first.\n`,
    );
  } finally {
    await holder.close();
  }
  expect((await akin('held', 'status')).code).toBe(0);
});

describe('names', () => {
  const folder = scratch.path('names');
  const notText = Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9]), Buffer.from('.jpg')]);

  beforeAll(async () => {
    mkdirSync(folder);
    writeFileSync(`${folder}/two words.jpg`, await picture(1));
    writeFileSync(`${folder}/two\nlines \u001b[31m.jpg`, await picture(40));
    if (process.platform === 'linux') writeFileSync(notText, await picture(900));
    await akin('named', 'add', folder);
    await akin('named', 'index');
  });

  it('stand in JSON as they are', async () => {
    const paths = objects<{ path: string }>(await akin('named', 'list', '--json')).map((row) => row.path);
    expect(paths).toContain(`${folder}/two words.jpg`);
    expect(paths).toContain(`${folder}/two\nlines \u001b[31m.jpg`);
  });

  it('cannot break a line or command the terminal', async () => {
    const { results } = await akin('named', 'list');
    expect(results).toContain(`${folder}/two\\nlines \\u001b[31m.jpg\n`);
    expect(results).not.toContain('\u001b');
  });

  it.runIf(process.platform === 'linux')('that are not text show U+FFFD, and find their photo', async () => {
    const shown = `${folder}/caf\ufffd.jpg`;
    const paths = objects<{ path: string }>(await akin('named', 'list', '--json')).map((row) => row.path);
    expect(paths).toContain(shown);
    const found = await akin('named', 'search', shown, '--json');
    expect(found.code).toBe(0);
    expect(objects<{ matches: { path: string }[] }>(found)[0]!.matches.map((match) => match.path)).toEqual(
      expect.arrayContaining([`${folder}/two words.jpg`]),
    );
  });
});

describe('interruption', () => {
  it('ends with code 130, keeps what was done, and the next run goes on', async () => {
    const folder = scratch.path('many');
    await putPictures(folder, 300);
    await akin('interrupted', 'add', folder);
    const child = start(['index', '--json', '--library', scratch.path('interrupted')]);
    child.stderr!.once('data', () => child.kill('SIGINT'));
    const { code, results, progress } = await ended(child);
    expect(code).toBe(130);
    expect(progress).toMatch(/^Cancelled\.$/m);
    expect(results).toBe('');

    const status = await akin('interrupted', 'status', '--json');
    expect(status.progress).toBe('');
    const kept = (JSON.parse(status.results) as { photos: number }).photos;
    expect(kept).toBeLessThan(300);
    const next = await akin('interrupted', 'index', '--json');
    expect(next.code).toBe(0);
    expect(objects(next)).toMatchObject([{ indexed: 300 - kept, unchanged: kept, failed: [] }]);
  });

  it('is no error when the reader has seen enough', async () => {
    const child = start(['list', '--json', '--library', scratch.path('interrupted')]);
    const exit = once(child, 'close');
    let errors = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.stdout!.destroy();
    expect(await exit).toEqual([0, null]);
    expect(errors).toBe('');
    // The library was closed properly all the same.
    const library = await openLibrary({ folder: scratch.path('interrupted') });
    expect(library.status().photos).toBe(300);
    await library.close();
  });
});
