/** `run.mjs` as a clone starts with it: in a project of its own, whose lock asks for no packages. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ended, project } from '../cli/akin-process.ts';
import type { Ended } from '../cli/akin-process.ts';

let clone: string;
const inClone = (...names: string[]) => path.join(clone, ...names);

beforeEach(() => {
  clone = realpathSync(mkdtempSync(path.join(tmpdir(), 'akin-clone-')));
  mkdirSync(inClone('src/setup'), { recursive: true });
  copyFileSync(path.join(project, 'src/setup/run.mjs'), inClone('src/setup/run.mjs'));
  writeFileSync(inClone('package.json'), '{"name":"clone","version":"1.0.0"}');
  writeLock({});
  writeFileSync(
    inClone('main.ts'),
    `const told: object = { node: process.env['AKIN_NODE'], words: process.argv.slice(2), at: process.cwd() };
     console.log(JSON.stringify(told));
     process.exitCode = 7;`,
  );
});

afterEach(() => rmSync(clone, { recursive: true, force: true }));

function writeLock(packages: object): void {
  const all = { '': { name: 'clone', version: '1.0.0' }, ...packages };
  const lock = { name: 'clone', version: '1.0.0', lockfileVersion: 3, packages: all };
  writeFileSync(inClone('package-lock.json'), JSON.stringify(lock));
}

interface Setting {
  node?: string;
  at?: string;
  env?: NodeJS.ProcessEnv;
}

const start = (words: readonly string[], { node = process.execPath, at = clone, env = {} }: Setting = {}) =>
  spawn(node, [inClone('src/setup/run.mjs'), ...words], {
    cwd: at,
    env: { ...process.env, npm_config_offline: 'true', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
const run = (words: readonly string[], setting?: Setting): Promise<Ended> => ended(start(words, setting));

describe('packages', () => {
  it('are installed once, and again after the lock has changed', async () => {
    expect((await run(['main.ts'])).progress).toMatch(/^Installing packages/);
    expect((await run(['main.ts'])).progress).not.toMatch('Installing');
    writeFileSync(inClone('package-lock.json'), `${readFileSync(inClone('package-lock.json'), 'utf8')}\n`);
    expect((await run(['main.ts'])).progress).toMatch(/^Installing packages/);
    expect(existsSync(inClone('.akin-installing'))).toBe(false);
  });

  it('that cannot be had end it with what npm says, and are asked for again the next time', async () => {
    const gone = { version: '1.0.0', resolved: 'https://registry.npmjs.org/left/-/left-1.0.0.tgz' };
    writeFileSync(
      inClone('package.json'),
      '{"name":"clone","version":"1.0.0","dependencies":{"left":"1.0.0"}}',
    );
    writeLock({
      '': { name: 'clone', version: '1.0.0', dependencies: { left: '1.0.0' } },
      'node_modules/left': { ...gone, integrity: `sha512-${'A'.repeat(86)}==` },
    });
    for (let attempt = 0; attempt < 2; attempt++) {
      const { code, results, progress } = await run(['main.ts'], { env: { npm_config_loglevel: 'silent' } });
      expect(code).toBe(1);
      expect(results).toBe('');
      expect(progress).toMatch(/npm error code ENOTCACHED/);
      expect(progress).toMatch(/The packages could not be installed; npm says above why/);
      expect(existsSync(inClone('.akin-installing'))).toBe(false);
    }
  });

  it('for this system alone are missed when npm passes over them', async () => {
    const name = 'only-here';
    const place = { version: '1.0.0', optional: true, os: [process.platform], cpu: [process.arch] };
    writeFileSync(
      inClone('package.json'),
      `{"name":"clone","version":"1.0.0","optionalDependencies":{"${name}":"1.0.0"}}`,
    );
    writeLock({
      '': { name: 'clone', version: '1.0.0', optionalDependencies: { [name]: '1.0.0' } },
      [`node_modules/${name}`]: {
        ...place,
        resolved: `https://registry.npmjs.org/${name}/-/${name}-1.0.0.tgz`,
        integrity: `sha512-${'A'.repeat(86)}==`,
      },
    });
    for (let attempt = 0; attempt < 2; attempt++) {
      const { code, progress } = await run(['main.ts']);
      expect(code).toBe(1);
      expect(progress).toMatch(`npm could not get what this system needs: ${name}. Start again.`);
    }
  });

  it('are left to the next start by an interruption, at once', async () => {
    // A registry that takes the question and never answers.
    const registry = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(registry, 'listening');
    const { port } = registry.address() as AddressInfo;
    const address = `http://127.0.0.1:${port}/`;
    writeFileSync(
      inClone('package.json'),
      '{"name":"clone","version":"1.0.0","dependencies":{"left":"1.0.0"}}',
    );
    writeLock({
      '': { name: 'clone', version: '1.0.0', dependencies: { left: '1.0.0' } },
      'node_modules/left': { version: '1.0.0', resolved: `${address}left/-/left-1.0.0.tgz` },
    });
    const env = {
      npm_config_offline: 'false',
      npm_config_registry: address,
      npm_config_cache: inClone('cache'),
    };
    try {
      const child = start(['main.ts'], { env });
      const outcome = ended(child);
      await once(registry, 'connection');
      const npm = Number(readFileSync(inClone('.akin-installing'), 'utf8'));
      expect(npm).not.toBe(child.pid);
      child.kill('SIGINT');
      const { code, progress } = await outcome;
      expect(code).toBe(130);
      expect(progress).toMatch('Interrupted. The next start installs anew.');
      expect(() => process.kill(npm, 0)).toThrow('ESRCH');
      expect(existsSync(inClone('.akin-installing'))).toBe(false);
    } finally {
      registry.close();
    }
    writeFileSync(inClone('package.json'), '{"name":"clone","version":"1.0.0"}');
    writeLock({});
    expect((await run(['main.ts'])).code).toBe(7);
  });

  it('are not installed by two at a time', async () => {
    // Whoever installs; it lives until the other was seen to wait.
    const holder = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    writeFileSync(inClone('.akin-installing'), String(holder.pid));
    const waiting = start(['main.ts']);
    const outcome = ended(waiting);
    await new Promise((resolve) => waiting.stderr.once('data', resolve));
    holder.kill('SIGKILL');
    const { progress, code } = await outcome;
    // The holder broke off, so the other one installs.
    expect(progress).toMatch(
      new RegExp(`^Process ${holder.pid} is installing the packages: waiting for it.\nInstalling packages`),
    );
    expect(code).toBe(7);
  });
});

describe('the file', () => {
  it('gets its words, runs where the user is, and gives its exit code', async () => {
    mkdirSync(inClone('sub'));
    await run(['main.ts']);
    const direct = await run(['main.ts', 'one', '--two'], { at: inClone('sub') });
    expect(direct.code).toBe(7);
    const told = { node: process.execPath, words: ['one', '--two'], at: inClone('sub') };
    expect(JSON.parse(direct.results)).toEqual(told);
    // npm goes to the project's folder first.
    const byNpm = await run(['main.ts', 'one', '--two'], { env: { INIT_CWD: inClone('sub') } });
    expect(JSON.parse(byNpm.results)).toEqual(told);
  });

  it('is ended by what ends the starter', async () => {
    writeFileSync(inClone('wait.ts'), "console.log('here'); setInterval(() => {}, 1000);");
    await run(['main.ts']);
    const child = start(['wait.ts']);
    const outcome = ended(child);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill('SIGTERM');
    expect((await outcome).code).toBe(128 + 15);
  });
});

describe('an old Node', () => {
  /** Another Node in the guise of an older one. */
  function withVersion(version: string): NodeJS.ProcessEnv {
    writeFileSync(
      inClone('disguise.cjs'),
      `if (process.argv[1]?.endsWith('run.mjs'))
         Object.defineProperty(process.versions, 'node', { value: '${version}', writable: false });`,
    );
    return { NODE_OPTIONS: `--require ${inClone('disguise.cjs')}` };
  }

  it('is told what it lacks', async () => {
    const { code, progress } = await run(['main.ts'], { env: withVersion('18.20.4') });
    expect(code).toBe(1);
    expect(progress).toBe('Akin needs Node 20 or newer, and this is Node 18.20.4. Install Node 24.\n');
  });

  it('is replaced by the one among the packages', async () => {
    const env = withVersion('20.11.0');
    const without = await run(['main.ts'], { env });
    expect(without.code).toBe(1);
    expect(without.progress).toMatch('Node 20.11.0 is too old, and none comes as a package for this system.');

    const system = process.platform === 'win32' ? 'win' : process.platform;
    const shipped = inClone(
      'node_modules',
      `node-${system}-${process.arch}`,
      'bin',
      path.basename(process.execPath),
    );
    mkdirSync(path.dirname(shipped), { recursive: true });
    copyFileSync(process.execPath, shipped, constants.COPYFILE_FICLONE);
    const found = await run(['main.ts'], { env });
    expect(found.code).toBe(7);
    expect(JSON.parse(found.results)).toMatchObject({ node: shipped });
  });
});
