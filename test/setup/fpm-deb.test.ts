import { execFile, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { root } from '../../src/setup/project.ts';

const execute = promisify(execFile);
const hasDpkg = spawnSync('dpkg-deb', ['--version']).status === 0;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'akin-deb-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Calls it as electron-builder does. */
function makeDeb(options: readonly string[], contents: readonly string[]) {
  const script = path.join(root, 'src/setup/fpm-deb.ts');
  const usual = ['-s', 'dir', '--force', '-t', 'deb', '-d', 'libnss3', '-d', 'libgtk-3-0 | libgtk-3-0t64'];
  return execute(process.execPath, [script, ...usual, ...options, ...contents]);
}

describe.skipIf(!hasDpkg)('a deb', () => {
  test('holds what it was given, with usual permissions, links and scripts', async () => {
    const app = path.join(folder, 'app');
    await mkdir(path.join(app, 'inner'), { recursive: true, mode: 0o700 });
    await writeFile(path.join(app, 'program'), '#!/bin/sh\n', { mode: 0o700 });
    await writeFile(path.join(app, 'inner/a name with = and spaces'), 'text', { mode: 0o600 });
    await symlink('/opt/App/program', path.join(folder, 'link'));
    await writeFile(path.join(folder, 'script'), '#!/bin/sh\nexit 0\n');
    const deb = path.join(folder, 'app.deb');
    await makeDeb(
      [
        ...['--name', 'app', '--version', '1.2.3', '--architecture', 'amd64', '--package', deb],
        ...['--maintainer', 'A <a@example.invalid>', '--after-install', path.join(folder, 'script')],
        ...['--description', ' Does it\n all day.\n\n And at night.', '--deb-compression', 'zst'],
        '--deb-compression-level=3',
      ],
      [`${app}/=/opt/App`, `${path.join(folder, 'link')}=/usr/bin/app`],
    );

    const field = async (name: string) => (await execute('dpkg-deb', ['-f', deb, name])).stdout.trim();
    expect(await field('Depends')).toBe('libnss3, libgtk-3-0 | libgtk-3-0t64');
    expect(await field('Version')).toBe('1.2.3');
    expect(await field('Description')).toBe('Does it\n all day.\n .\n And at night.');

    const unpacked = path.join(folder, 'unpacked');
    await execute('dpkg-deb', ['--raw-extract', deb, unpacked]);
    const mode = async (file: string) => ((await stat(path.join(unpacked, file))).mode & 0o777).toString(8);
    expect(await mode('opt/App')).toBe('755');
    expect(await mode('opt/App/inner')).toBe('755');
    expect(await mode('opt/App/program')).toBe('755');
    expect(await mode('opt/App/inner/a name with = and spaces')).toBe('644');
    expect(await mode('DEBIAN/postinst')).toBe('755');
    expect(await readlink(path.join(unpacked, 'usr/bin/app'))).toBe('/opt/App/program');
    await execute('md5sum', ['--check', '--quiet', 'DEBIAN/md5sums'], { cwd: unpacked });
    expect(await readFile(path.join(unpacked, 'DEBIAN/md5sums'), 'utf8')).toContain('opt/App/program');

    const { stdout } = await execute('dpkg-deb', ['--contents', deb]);
    expect(
      stdout
        .trim()
        .split('\n')
        .every((line) => line.includes(' root/root ')),
    ).toBe(true);
  });

  test('is refused with the reason, and leaves nothing, when a part is missing', async () => {
    const deb = path.join(folder, 'app.deb');
    const options = ['--name', 'app', '--version', '1', '--architecture', 'amd64', '--package', deb];
    await expect(makeDeb(options, [`${folder}/absent=/opt/App`])).rejects.toMatchObject({
      stderr: expect.stringContaining('absent') as string,
    });
    await writeFile(path.join(folder, 'file'), '');
    await expect(makeDeb(options, [`${folder}/file=/opt/file`])).rejects.toMatchObject({
      stderr: '--maintainer is missing.\n',
    });
    expect(await readdir(folder)).toEqual(['file']);
  });
});
