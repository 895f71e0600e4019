/**
 * Puts what the packaged engine runs on into one folder: the packages that it loads, without what only developers or
 * other systems need, and a Node.
 */
import { existsSync } from 'node:fs';
import { chmod, copyFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from './project.ts';

interface PackageFile {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

/** Packages that others need only while they are installed or compiled, as types, in browsers, or as commands. */
const unused = [
  /^(?:adm-zip|global-agent|node-addon-api)$/,
  /^@(?:types|webgpu)\//,
  // Of TensorFlow.js.
  /^(?:argparse|chalk|core-js|node-fetch|regenerator-runtime|string_decoder|yargs)$/,
];

/** What packages carry besides the code that runs, by the path inside a package. */
const unneeded = [
  /\.(?:[cm]?ts|map|flow|gyp|bnf|h)$/,
  /\.md$/i,
  /\/(?:tests?|docs|examples?|scripts?)$/,
  /^better-sqlite3\/(?:deps|src)$/,
  // Only the build that is one module with all in it runs.
  /^libheif-js\/(?:libheif$|libheif-wasm\/libheif(?:\.(?:js|wasm)|-bundle\.js)$)/,
  /^sharp\/(?:src|install)$/,
  /^@parcel\/watcher\/src$/,
  /^zod\/src$/,
  /^protobufjs\/(?:dist|ext|google)$/,
  /^semver\/bin$/,
  /^webgpu\/build$/,
  // Node loads one bundle of each, and the WebAssembly for one thread with SIMD.
  /^@tensorflow\/tfjs[^/]*\/(?:src|tools|wasm-out)$/,
  /^@tensorflow\/tfjs[^/]*\/dist\/(?!.*\.(?:node\.js|wasm)$)/,
  /^@tensorflow\/.*threaded-simd\.wasm$/,
];

/** A licence may be called anything; the one of libvips is a table in a README. */
const licence = /(?:licen[cs]e|notice|copying)|^@img\/sharp-libvips-[^/]+\/README\.md$/i;

const systemName = /(?:^|[/-])(darwin|linux|linuxmusl|win32)[/-](x64|arm64|universal)(?:[/.-]|$)/;

/** Whether a file or folder goes into the package. @param file below `node_modules`, with slashes */
export function isShipped(file: string, platform: string, architecture: string): boolean {
  const inPackage = file.split('node_modules/').at(-1) ?? file;
  if (licence.test(inPackage)) return true;
  if (unneeded.some((pattern) => pattern.test(inPackage))) return false;
  const system = systemName.exec(inPackage);
  return !system || (system[1] === platform && [architecture, 'universal'].includes(system[2]!));
}

/** The folders, below `node_modules`, of the production packages and of all that these need. */
export async function shippedPackages(): Promise<string[]> {
  const found = new Set<string>();
  const visit = async (name: string, from: string, isOptional: boolean) => {
    const folder = findPackage(name, from);
    if (folder === null && isOptional) return;
    if (folder === null) throw new Error(`The package ${name} is not installed.`);
    if (found.has(folder)) return;
    found.add(folder);
    const { dependencies = {}, optionalDependencies = {} } = await readPackage(folder);
    for (const needed of Object.keys({ ...dependencies, ...optionalDependencies })) {
      if (unused.some((pattern) => pattern.test(needed))) continue;
      await visit(needed, folder, needed in optionalDependencies);
    }
  };
  // Akin's own optional packages are tools of its development.
  for (const name of Object.keys((await readPackage(root)).dependencies ?? {}))
    await visit(name, root, false);
  const modules = path.join(root, 'node_modules');
  return [...found].map((folder) => path.relative(modules, folder)).sort();
}

/** Looks for a package as Node does: in `node_modules` here, then one folder up. */
function findPackage(name: string, from: string): string | null {
  for (let folder = from; folder.startsWith(root); folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'node_modules', name);
    if (existsSync(path.join(candidate, 'package.json'))) return candidate;
  }
  return null;
}

async function readPackage(folder: string): Promise<PackageFile> {
  return JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as PackageFile;
}

/** Fills `folder` with `node_modules/`, `node/` and the `package.json` that makes the bundles modules. */
export async function gatherModules(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const modules = path.join(root, 'node_modules');
  for (const name of await shippedPackages()) {
    const source = path.join(modules, name);
    await cp(source, path.join(folder, 'node_modules', name), {
      recursive: true,
      filter: (file) => {
        const below = path.relative(modules, file).replaceAll('\\', '/');
        // Packages inside this one are on the list themselves.
        const isNested = path.relative(source, file).split(path.sep)[0] === 'node_modules';
        return !isNested && isShipped(below, process.platform, process.arch);
      },
    });
  }
  await gatherNode(path.join(folder, 'node'));
  await writeFile(path.join(folder, 'package.json'), '{"type":"module"}\n');
}

/** The Node that came with the packages; where none does, the one that runs this. */
async function gatherNode(folder: string): Promise<void> {
  const isWindows = process.platform === 'win32';
  const file = isWindows ? 'node.exe' : 'node';
  const shipped = path.join(
    root,
    'node_modules',
    `node-${isWindows ? 'win' : process.platform}-${process.arch}`,
  );
  const isShippedHere = existsSync(shipped);
  await mkdir(folder, { recursive: true });
  await copyFile(isShippedHere ? path.join(shipped, 'bin', file) : process.execPath, path.join(folder, file));
  await chmod(path.join(folder, file), 0o755);
  const text = isShippedHere
    ? path.join(shipped, 'LICENSE')
    : path.resolve(process.execPath, isWindows ? '../LICENSE' : '../../LICENSE');
  if (!existsSync(text)) throw new Error(`Node's licence is not at ${text}: use an official build of Node.`);
  await copyFile(text, path.join(folder, 'LICENSE'));
}
