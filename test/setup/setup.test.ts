import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { appSwitches } from '../../src/setup/app-switches.ts';
import { currentNames, hasDisplay } from '../../src/setup/display.ts';
import { fingerprint, inTurn } from '../../src/setup/prepare.ts';
import { Interrupted, run } from '../../src/setup/project.ts';
import { summarise, summaryLine, total } from '../../src/setup/summary.ts';
import { ended, start } from '../cli/akin-process.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'akin-setup-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('words after npm start', () => {
  it.each([
    [['--library', 'here'], [`--library=${path.resolve('here')}`]],
    [['--library=here'], [`--library=${path.resolve('here')}`]],
    [
      ['--lang=zh-CN', '--library', '/there', '--inspect'],
      ['--lang=zh-CN', '--library=/there', '--inspect'],
    ],
    [[], []],
  ])('%j reach the app as %j', (words, switches) => {
    expect(appSwitches(words)).toEqual(switches);
  });
});

describe('a display', () => {
  it.each([
    ['linux', {}, false],
    ['linux', { DISPLAY: '' }, false],
    ['linux', { DISPLAY: ':0' }, true],
    ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, true],
    ['linux', { DISPLAY: '', WAYLAND_DISPLAY: 'wayland-0' }, true],
    ['darwin', {}, true],
    ['win32', {}, true],
  ] as const)('on %s with %j: %j', (platform, environment, found) => {
    expect(hasDisplay(platform, environment)).toBe(found);
  });
});

it('asks for packages by the names that this system has', () => {
  expect(currentNames(['libnss3', 'libasound2'], ['libnss3', 'libasound2'])).toEqual([
    'libnss3',
    'libasound2',
  ]);
  expect(currentNames(['libnss3', 'libasound2'], ['libasound2t64', 'libnss3'])).toEqual([
    'libnss3',
    'libasound2t64',
  ]);
});

describe('the summary', () => {
  it.each([
    [0, 5, 0, '5 passed, 0 failed'],
    [1, 5, 2, '5 passed, 2 failed'],
    // It crashed after its tests, or found none.
    [1, 5, 0, '5 passed, 1 failed'],
    // It left no report.
    [1, undefined, undefined, '0 passed, 1 failed'],
    [0, undefined, undefined, '0 passed, 1 failed'],
  ])('of a runner that ends with code %j after %j and %j: %s', (code, passed, failed, line) => {
    expect(summaryLine(summarise(code, passed, failed))).toBe(line);
  });

  it('adds up', () => {
    const parts = [summarise(0, 6, 0), summarise(1, 100, 2), summarise(1)];
    expect(summaryLine(total(parts))).toBe('106 passed, 3 failed');
  });
});

describe('a fingerprint', () => {
  it('changes with any file, and with nothing else', () => {
    const file = path.join(folder, 'inputs/deep/a.ts');
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, 'one');
    const seen = new Set<string>();
    const look = () => seen.add(fingerprint([path.join(folder, 'inputs'), file])).size;
    expect(look()).toBe(1);
    expect(look()).toBe(1);
    appendFileSync(file, 'two');
    expect(look()).toBe(2);
    renameSync(file, path.join(folder, 'inputs/deep/b.ts'));
    writeFileSync(file, 'onetwo');
    expect(look()).toBe(3);
  });
});

describe('turns', () => {
  it('are taken one after the other', async () => {
    const file = path.join(folder, 'turn.sqlite');
    const done: string[] = [];
    let finish = () => {};
    const first = inTurn(async () => {
      await new Promise<void>((resolve) => (finish = resolve));
      done.push('first');
    }, file);
    const second = inTurn(async () => done.push('second'), file);
    finish();
    await Promise.all([first, second]);
    expect(done).toEqual(['first', 'second']);
  });

  it('are given back by a task that fails, and by a process that dies', async () => {
    const file = path.join(folder, 'other.sqlite');
    await expect(inTurn(() => Promise.reject(new Error('no')), file)).rejects.toThrow('no');
    const script = path.join(folder, 'holder.ts');
    writeFileSync(
      script,
      `import { inTurn } from ${JSON.stringify(new URL('../../src/setup/prepare.ts', import.meta.url).href)};
       await inTurn(async () => {
         console.log('taken');
         await new Promise((resolve) => setTimeout(resolve, 600_000));
       }, ${JSON.stringify(file)});`,
    );
    const holder = start([], { script });
    const end = ended(holder);
    await new Promise((resolve) => holder.stdout!.once('data', resolve));
    const mine = inTurn(async () => 'mine', file);
    holder.kill('SIGKILL');
    await expect(mine).resolves.toBe('mine');
    await end;
  });
});

describe('a command', () => {
  it('gives its code and what it wrote', async () => {
    const words = ['-e', 'console.log("out"); console.error("err"); process.exit(3)'];
    const { code, output } = await run(process.execPath, words, { stdio: 'pipe' });
    expect(code).toBe(3);
    expect(output.split('\n').sort()).toEqual(['', 'err', 'out']);
  });

  it('that is not there ends with code 127', async () => {
    const { code, output } = await run(path.join(folder, 'nothing'), [], { stdio: 'pipe' });
    expect(code).toBe(127);
    expect(output).toMatch('ENOENT');
  });

  it('is killed when it is told so', async () => {
    const stop = new AbortController();
    const words = ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'];
    const outcome = run(process.execPath, words, { stdio: 'pipe', signal: stop.signal });
    stop.abort();
    expect((await outcome).code).toBe(130);
  });

  it('that the user interrupts ends the work', async () => {
    const words = ['-e', 'process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1000)'];
    const outcome = run(process.execPath, words, { stdio: 'pipe' });
    process.emit('SIGTERM', 'SIGTERM');
    await expect(outcome).rejects.toBeInstanceOf(Interrupted);
  });
});
