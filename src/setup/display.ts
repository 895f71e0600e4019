/** The display that a window needs, and the system's packages behind it. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { run, say } from './project.ts';

/** Names in Debian and its relatives. */
const windowPackages = [
  'libnss3',
  'libatk-bridge2.0-0',
  'libgtk-3-0',
  'libgbm1',
  'libasound2',
  'libcups2',
  'libdrm2',
  'libxkbcommon0',
  'libxss1',
  'libnotify4',
  'libxtst6',
  'libsecret-1-0',
  'fonts-dejavu-core',
];

/** Whether there is a screen to open a window on. */
export function hasDisplay(platform = process.platform, environment = process.env): boolean {
  if (platform !== 'linux') return true;
  return Boolean(environment['DISPLAY'] || environment['WAYLAND_DISPLAY']);
}

/** As root, Chromium's sandbox does not start; anybody else keeps it. */
export function sandboxSwitches(): string[] {
  return process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];
}

/** The system's packages that this Electron, or a display without a screen, still needs. */
export async function missingPackages(electron: string, withDisplay: boolean): Promise<string[]> {
  if (process.platform !== 'linux') return [];
  const libraries = await run('ldd', [path.join(electron, 'electron')], { stdio: 'pipe' });
  const missing = libraries.output.includes('not found') ? [...windowPackages] : [];
  if (withDisplay && (await run('Xvfb', ['-version'], { stdio: 'pipe' })).code === 127)
    missing.unshift('xvfb');
  return missing.length > 0 ? namesHere(missing) : missing;
}

async function namesHere(names: readonly string[]): Promise<string[]> {
  const { output } = await run('apt-cache', ['pkgnames'], { stdio: 'pipe' });
  return currentNames(names, output.split('\n'));
}

/** Newer systems have some libraries as `NAMEt64`, for their 64-bit time. @param known what the system offers */
export function currentNames(names: readonly string[], known: readonly string[]): string[] {
  const all = new Set(known);
  return names.map((name) => (all.has(`${name}t64`) ? `${name}t64` : name));
}

/** Installs packages where this may (root, on Debian). @throws Error that names the packages elsewhere */
export async function installPackages(names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || (await run('apt-get', ['--version'], { stdio: 'pipe' })).code !== 0) {
    throw new Error(
      `These system packages are missing: ${names.join(', ')}. On Debian: sudo apt-get install ${names.join(' ')}`,
    );
  }
  say(`Installing system packages: ${names.join(', ')}.`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-q'], { env, stdio: 'pipe' });
  const words = ['install', '-y', '--no-install-recommends', ...(await namesHere(names))];
  const { code, output } = await run('apt-get', words, { env, stdio: 'pipe' });
  if (code !== 0) throw new Error(`The system packages could not be installed:\n${output}`);
}

/** Starts a display without a screen, and returns it with its name, as in `:99`. */
export async function startDisplay(): Promise<{ name: string; stop: () => void }> {
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const number = await readNumber(server);
  return { name: `:${number}`, stop: () => server.kill() };
}

function readNumber(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    server.stdio[3]?.on('data', (data: Buffer) => {
      text += data.toString();
      if (text.includes('\n')) resolve(text.trim());
    });
    server.on('error', reject);
    server.on('exit', (code) => reject(new Error(`Xvfb ended with code ${code}.`)));
  });
}
