/**
 * Makes a deb with Debian's `dpkg-deb`, called the way electron-builder calls fpm: options, then what goes into the
 * package as `source=destination`.
 */
import { createHash } from 'node:crypto';
import {
  chmod,
  copyFile,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { run, say } from './project.ts';

const one = { type: 'string' } as const;
const { values: options, positionals: contents } = parseArgs({
  allowPositionals: true,
  options: {
    'source-type': { ...one, short: 's' },
    'target-type': { ...one, short: 't' },
    force: { type: 'boolean' },
    depends: { ...one, short: 'd', multiple: true, default: [] },
    name: one,
    version: one,
    architecture: one,
    maintainer: one,
    vendor: one,
    license: one,
    url: one,
    category: one,
    description: one,
    package: one,
    'after-install': one,
    'after-remove': one,
    'deb-priority': one,
    'deb-recommends': { ...one, multiple: true, default: [] },
    'deb-compression': { ...one, default: 'xz' },
    'deb-compression-level': { ...one, default: '6' },
  },
});

const compressions: Record<string, string> = { gz: 'gzip', xz: 'xz', zst: 'zstd', none: 'none' };

type OneOption = 'name' | 'version' | 'architecture' | 'maintainer' | 'package' | 'description';

function given(name: OneOption): string {
  const value = options[name];
  if (!value) throw new Error(`--${name} is missing.`);
  return value;
}

async function makeDeb(): Promise<void> {
  const target = given('package');
  const compression = compressions[options['deb-compression']];
  if (options['target-type'] !== 'deb' || !compression) {
    throw new Error('Only a deb, compressed as gz, xz, zst or none, is made here.');
  }
  const tree = await mkdtemp(`${target}.`);
  try {
    for (const item of contents) await place(item, tree);
    const files = await settle(tree);
    await describe(tree, files);
    const level = `-z${options['deb-compression-level']}`;
    const words = ['--root-owner-group', `-Z${compression}`, level, '--build', tree, target];
    const { code, output } = await run('dpkg-deb', words, { stdio: 'pipe' });
    if (code !== 0) throw new Error(output);
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}

/** A folder is copied with what is in it, links stay links. */
async function place(item: string, tree: string): Promise<void> {
  const split = item.lastIndexOf('=');
  const destination = path.join(tree, item.slice(split + 1));
  await mkdir(path.dirname(destination), { recursive: true });
  await cp(item.slice(0, split), destination, { recursive: true, verbatimSymlinks: true });
}

interface PackagedFile {
  /** Without a leading slash. */
  name: string;
  bytes: number;
  isLink: boolean;
}

/** Gives everything the usual permissions, whatever those of the builder are. @returns all that is not a folder */
async function settle(tree: string): Promise<PackagedFile[]> {
  const files: PackagedFile[] = [];
  await chmod(tree, 0o755);
  for (const name of await readdir(tree, { recursive: true })) {
    const file = path.join(tree, name);
    const stats = await lstat(file);
    const isLink = stats.isSymbolicLink();
    if (!isLink) await chmod(file, stats.isDirectory() || (stats.mode & 0o100) !== 0 ? 0o755 : 0o644);
    if (!stats.isDirectory()) files.push({ name, bytes: stats.size, isLink });
  }
  return files;
}

/** Writes the package's control files: what it is, its checksums, and what runs when it comes and goes. */
async function describe(tree: string, files: readonly PackagedFile[]): Promise<void> {
  const folder = path.join(tree, 'DEBIAN');
  await mkdir(folder);
  const kilobytes = files.reduce((sum, { bytes }) => sum + Math.ceil(bytes / 1024), 0);
  const fields: Record<string, string | undefined> = {
    Package: given('name'),
    Version: given('version'),
    Architecture: given('architecture'),
    Maintainer: given('maintainer'),
    'Installed-Size': String(kilobytes),
    Depends: options.depends.join(', '),
    Recommends: options['deb-recommends'].join(', '),
    Section: options.category,
    Priority: options['deb-priority'],
    Homepage: options.url,
    // The lines after the first, which is the summary, start with a space; an empty one is a full stop.
    Description: given('description')
      .trim()
      .split('\n')
      .map((line) => line.trim() || '.')
      .join('\n '),
  };
  const lines = Object.entries(fields).flatMap(([name, value]) => (value ? [`${name}: ${value}\n`] : []));
  await writeFile(path.join(folder, 'control'), lines.join(''));

  const sums: string[] = [];
  for (const { name, isLink } of files) {
    if (isLink) continue;
    const sum = createHash('md5').update(await readFile(path.join(tree, name)));
    sums.push(`${sum.digest('hex')}  ${name}\n`);
  }
  await writeFile(path.join(folder, 'md5sums'), sums.sort().join(''));

  for (const [option, script] of [
    ['after-install', 'postinst'],
    ['after-remove', 'postrm'],
  ] as const) {
    const source = options[option];
    if (!source) continue;
    await copyFile(source, path.join(folder, script));
    await chmod(path.join(folder, script), 0o755);
  }
}

try {
  await makeDeb();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
