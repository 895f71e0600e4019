/**
 * `npm run tensorflow [-- --gpu]`: gets native TensorFlow, on which training is fastest: the library from its Python
 * wheel, and the addon that Node loads, compiled for it. The result lies in the user's cache, for every clone;
 * `--gpu` takes the wheel for NVIDIA's cards, and with it CUDA's libraries.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import envPaths from 'env-paths';
import { gradientError, tolerance } from '../training/backends/gradient-check.ts';
import { openBackend } from '../training/backends/open-backend.ts';
import { checkSum, fetchPackage, unpackFiles } from './downloads.ts';
import { reportEnd, root, run, runNode, say } from './project.ts';
import { makeWhole } from './whole-folder.ts';

interface Wheel {
  name: string;
  version: string;
  sha256: string;
}

/** Of wheels any Python's will do, as only their C library is used. */
const python = [
  '--python-version=3.11',
  '--implementation=cp',
  '--abi=cp311',
  '--platform=manylinux_2_27_x86_64',
];
const wheels: Record<'cpu' | 'gpu', Wheel> = {
  cpu: {
    name: 'tensorflow-cpu',
    version: '2.21.0',
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
  },
  gpu: {
    name: 'tensorflow',
    version: '2.21.0',
    sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
  },
};
/** Node-API alone is what the addon needs of Node: these serve all versions. */
const nodeHeaders = 'node-api-headers@1.9.0';
/** Version of Node-API; the package looks for the addon in a folder of this name. */
const nodeApi = 8;
const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
const nodePackage = path.join(root, 'node_modules/@tensorflow/tfjs-node-gpu');

async function buildTensorflow(kind: keyof typeof wheels): Promise<void> {
  const built = path.join(envPaths('akin', { suffix: '' }).cache, await folderName(kind));
  if (existsSync(built)) say(`Native TensorFlow is built already: ${built}`);
  else await makeWhole(built, (work) => make(work, kind));
  await link(path.join(built, 'tfjs_binding.node'));
  // In a process of its own: a library that does not fit this system may end it.
  const { code, output } = await runNode(import.meta.filename, ['--check'], { stdio: 'pipe' });
  say(output.trim().split('\n').at(-1) ?? '');
  if (code === 0) return;
  // The next attempt begins anew.
  await rm(built, { recursive: true, force: true });
  throw new Error(`Native TensorFlow does not work here, and was removed again:\n${output}`);
}

/** Names all that the result depends on. @throws Error where it cannot be built */
async function folderName(kind: keyof typeof wheels): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `Native TensorFlow is built for linux-x64 only, and this is ${process.platform}-${process.arch}.`,
    );
  }
  if (!existsSync(nodePackage)) {
    throw new Error('The optional package @tensorflow/tfjs-node-gpu is not installed: run `npm ci`.');
  }
  const { version } = JSON.parse(await readFile(path.join(nodePackage, 'package.json'), 'utf8')) as {
    version: string;
  };
  return `tensorflow-${wheels[kind].version}-${kind}-tfjs-${version}-napi-v${nodeApi}`;
}

async function make(work: string, kind: keyof typeof wheels): Promise<string> {
  const wheel = wheels[kind];
  const [pip, compiler] = [
    await firstCommand([['pip'], ['pip3'], ['python3', '-m', 'pip']], 'pip, for Python packages'),
    await firstCommand([['g++'], ['clang++']], 'g++, a compiler for C++20'),
  ];
  say(`Fetching ${wheel.name} ${wheel.version}.`);
  const download = ['download', '--quiet', '--no-deps', '--only-binary=:all:', ...python, `--dest=${work}`];
  await must([...pip, ...download, `${wheel.name}==${wheel.version}`]);
  const file = (await readdir(work)).find((name) => name.endsWith('.whl'));
  if (file === undefined) throw new Error(`pip brought no wheel of ${wheel.name}.`);
  const archive = path.join(work, file);
  await checkSum(archive, wheel.sha256);
  const headers = await fetchPackage(nodeHeaders, work);
  say('Unpacking the library, and compiling the addon.');
  const folder = path.join(work, 'built');
  await unpackFiles(archive, work, placeOf);
  await mkdir(path.join(folder, 'tensorflow'), { recursive: true });
  for (const name of libraries)
    await rename(path.join(work, 'tensorflow', name), path.join(folder, 'tensorflow', name));
  await compile(compiler, folder, [
    path.join(headers, 'include'),
    path.join(work, 'tensorflow/include'),
    nodePackage,
  ]);
  if (kind === 'gpu') {
    const cuda = await cudaPackages(path.join(work, 'METADATA'));
    say(`Fetching CUDA: ${cuda.length} packages, some gigabytes.`);
    // Where the library looks for them: beside its own folder.
    await must([
      ...pip,
      'install',
      '--quiet',
      '--no-deps',
      '--only-binary=:all:',
      `--target=${folder}`,
      ...cuda,
    ]);
  }
  return folder;
}

/** Of a wheel: the libraries, the C headers with those that they include, and what it requires. */
function placeOf(name: string): string | null {
  if (libraries.some((library) => name === `tensorflow/${library}`)) return name;
  if (/^tensorflow\/include\/(?:tensorflow|xla\/tsl|tsl)\/.*\.h$/.test(name)) return name;
  return name.endsWith('.dist-info/METADATA') ? 'METADATA' : null;
}

/** The addon finds its library beside itself, wherever both are. */
async function compile(
  compiler: readonly string[],
  folder: string,
  includes: readonly string[],
): Promise<void> {
  await must([
    ...compiler,
    ...['-std=c++20', '-O2', '-w', '-fPIC', '-fvisibility=hidden', '-shared'],
    ...[`-DNAPI_VERSION=${nodeApi}`, '-DNODE_GYP_MODULE_NAME=tfjs_binding', '-DBUILDING_NODE_EXTENSION'],
    ...includes.map((include) => `-I${include}`),
    ...['tfjs_backend', 'tfjs_binding'].map((name) => path.join(nodePackage, 'binding', `${name}.cc`)),
    ...libraries.map((library) => path.join(folder, 'tensorflow', library)),
    '-Wl,-rpath,$ORIGIN/tensorflow',
    `-o${path.join(folder, 'tfjs_binding.node')}`,
  ]);
}

/** What a wheel wants for NVIDIA's cards. @param file its METADATA */
async function cudaPackages(file: string): Promise<string[]> {
  const lines = (await readFile(file, 'utf8')).matchAll(/^Requires-Dist: (nvidia-[^;]+?)\s*;.*and-cuda/gm);
  return [...lines].map(([, wanted = '']) => wanted);
}

/** Has the package find the addon; Node follows the link, and so does the search for the library. */
async function link(addon: string): Promise<void> {
  const folder = path.join(nodePackage, 'lib', `napi-v${nodeApi}`);
  await mkdir(folder, { recursive: true });
  const place = path.join(folder, 'tfjs_binding.node');
  const fresh = `${place}.${process.pid}`;
  await symlink(addon, fresh);
  await rename(fresh, place);
}

async function firstCommand(commands: readonly string[][], what: string): Promise<string[]> {
  for (const command of commands) {
    const [name, ...words] = command;
    if ((await run(name!, [...words, '--version'], { stdio: 'pipe' })).code === 0) return command;
  }
  throw new Error(`Native TensorFlow needs ${what}: it is not installed here.`);
}

/** @throws Error with what the command wrote, when it fails */
async function must([name, ...words]: readonly string[]): Promise<void> {
  const { code, output } = await run(name!, words, { stdio: 'pipe' });
  if (code !== 0) throw new Error(`${path.basename(name!)} failed:\n${output.trim()}`);
}

/** That the addon loads, and that its gradients are right. */
async function check(): Promise<void> {
  const backend = await openBackend('tensorflow');
  const error = await gradientError(backend.tf, backend.name);
  if (!(error < tolerance)) throw new Error(`Its gradients are wrong by ${error}.`);
  say(
    `Native TensorFlow works: on ${backend.device}, its gradients differ by ${error.toExponential(0)} at most.`,
  );
}

try {
  const options = { gpu: { type: 'boolean' }, check: { type: 'boolean' } } as const;
  const { values } = parseArgs({ options });
  await (values.check ? check() : buildTensorflow(values.gpu ? 'gpu' : 'cpu'));
} catch (error) {
  reportEnd(error);
}
