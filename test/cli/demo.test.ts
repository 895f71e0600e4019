import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { demoPage } from '../../src/cli/demo-page.ts';
import { ended, run, Scratch, start } from './akin-process.ts';

const scratch = new Scratch();
afterAll(() => scratch.remove());

const script = 'src/cli/demo.ts';
const folder = scratch.path('demo');
const page = scratch.path('demo', 'matches.html');
const usersLibrary = scratch.path('own');
const env = { AKIN_LIBRARY: usersLibrary };

it('can be interrupted, and starts again as if nothing had been', async () => {
  const child = start([folder], { script, env });
  child.stderr!.once('data', () => child.kill('SIGINT'));
  const { code } = await ended(child);
  expect(code).toBe(130);
  expect(existsSync(page)).toBe(false);
  expect(readdirSync(scratch.path('demo', 'library')).filter((name) => name.startsWith('samples'))).toEqual(
    [],
  );
});

it("prints the matches of a few photos and writes them as a page, outside the user's library", async () => {
  const { code, results, progress } = await run([folder], { script, env });
  expect(code).toBe(0);
  expect(progress).toMatch(/^Indexing: \d+ of 72/m);
  const blocks = results.split(/^What belongs with /m).slice(1);
  expect(blocks).toHaveLength(3);
  for (const block of blocks) {
    const [name, ...lines] = block.split('\n').filter((line) => /jpg|png|webp/.test(line));
    const group = name!.replace('.jpg:', '');
    // The eight copies come before everything else, the file with the same bytes first.
    expect(lines.slice(0, 8).every((line) => line.includes(` ${group}-`))).toBe(true);
    expect(lines[0]).toBe(`  1.000  identical      ${group}-copy.jpg`);
  }
  expect(results.trimEnd().split('\n').at(-1)).toBe(`The same with the pictures: ${page}`);

  const html = readFileSync(page, 'utf8');
  expect(html.match(/<img src="data:image\/jpeg;base64,/g)).toHaveLength(3 * (1 + 10));
  expect(html.match(/color-scheme: [\w ]+/)?.[0]).toBe('color-scheme: light dark');
  expect(html.match(/<span>identical, 1\.000<\/span>/g)).toHaveLength(3);
  // It needs nothing beside it, neither on the disk nor on the network.
  const addresses = [...html.matchAll(/(?:src|href)="(.{5})|url\((.{5})/g)].map(
    (found) => found[1] ?? found[2],
  );
  expect(new Set(addresses)).toEqual(new Set(['data:']));
  expect(existsSync(usersLibrary)).toBe(false);
});

it('shows any name as text', () => {
  const picture = {
    name: `<b>"x" & 'y'`,
    width: 1,
    height: 1,
    content: new Uint8Array([1]),
    type: 'image/jpeg',
  };
  const html = demoPage([{ query: picture, matches: [{ ...picture, score: 0.5, tier: 'similar' }] }], '');
  expect(html).not.toContain('<b>');
  expect(html).toContain('alt="&#60;b&#62;&#34;x&#34; &#38; &#39;y&#39;"');
});
