/**
 * `node src/setup/run.mjs FILE.ts [ARGUMENT...]`: installs the project's packages if they are missing or outdated,
 * and runs a TypeScript file of the project with a Node that is new enough. Plain JavaScript without packages, since
 * it is what a bare clone starts with, on Node 20 or newer.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const stamp = path.join(root, 'node_modules', '.akin-installed');
/** Names the process that is installing. */
const turn = path.join(root, '.akin-installing');
/** Older than this, in milliseconds, the process that it names is another one by now. */
const turnEnds = 30 * 60_000;

/** The package that brings a Node for this system. */
const nodePackage = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
/** Node runs TypeScript by itself since 22.18; SQLite's addon needs 22 as well. */
const isNewEnough = major > 22 || (major === 22 && minor >= 18);

try {
  if (major < 20) {
    throw new Error(
      `Akin needs Node 20 or newer, and this is Node ${process.versions.node}. Install Node 24.`,
    );
  }
  await installPackages();
  runFile(isNewEnough ? process.execPath : shippedNode(root), process.argv.slice(2));
} catch (error) {
  say(error.message);
  process.exitCode = error.exitCode ?? 1;
}

async function installPackages() {
  const content = readFileSync(path.join(root, 'package-lock.json'));
  const wanted = `${createHash('sha256').update(content).digest('hex')} ${process.platform} ${process.arch}\n`;
  const isInstalled = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
  if (isInstalled()) return;
  await takeTurn();
  try {
    if (!isInstalled()) await install(JSON.parse(content.toString()).packages, wanted);
  } finally {
    rmSync(turn, { force: true });
  }
}

async function install(packages, wanted) {
  say('Installing packages (npm ci). This takes a minute the first time.');
  // An installation that breaks off must not look finished.
  rmSync(stamp, { force: true });
  const entry = packages[`node_modules/${nodePackage}`];
  if (isNewEnough || !entry) {
    await npmCi(root, process.execPath);
  } else {
    say(
      `Node ${process.versions.node} is older than 22.18: Node ${entry.version} comes first, as a package.`,
    );
    // npm passes over packages that do not want the Node that it runs on: the rest is installed with the new one.
    const folder = mkdtempSync(path.join(tmpdir(), 'akin-node-'));
    try {
      const wish = { name: 'akin-node', version: '0.0.0', dependencies: { [nodePackage]: entry.version } };
      const lock = {
        ...wish,
        lockfileVersion: 3,
        packages: { '': wish, [`node_modules/${nodePackage}`]: entry },
      };
      writeFileSync(path.join(folder, 'package.json'), JSON.stringify(wish));
      writeFileSync(path.join(folder, 'package-lock.json'), JSON.stringify(lock));
      await npmCi(folder, process.execPath);
      await npmCi(root, shippedNode(folder));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const missing = missingParts(packages);
  if (missing.length > 0) {
    throw new Error(`npm could not get what this system needs: ${missing.join(', ')}. Start again.`);
  }
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}

/** npm is content when a package for one system alone could not be downloaded; nothing works without some of them. */
function missingParts(packages) {
  process.report.excludeNetwork = true;
  const libc = process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl';
  const names = (wanted, own) => [wanted].flat().includes(own);
  const fits = (part) =>
    names(part.os, process.platform) &&
    names(part.cpu, process.arch) &&
    (!part.libc || names(part.libc, libc));
  return Object.keys(packages)
    .filter((name) => fits(packages[name]) && !existsSync(path.join(root, name, 'package.json')))
    .map((name) => name.slice(name.lastIndexOf('node_modules/') + 'node_modules/'.length));
}

/** Runs `npm ci` in a folder, with the given Node. @throws Error when it fails or is interrupted */
async function npmCi(folder, node) {
  // Run by another package manager, that one's path would be here.
  const script = process.env.npm_execpath;
  const npm = script && path.basename(script) === 'npm-cli.js' ? [node, script] : ['npm'];
  // Asked to be silent, npm would not even say what went wrong.
  const level = process.env.npm_config_loglevel === 'silent' ? ['--loglevel=error'] : [];
  // Without scripts: one would compile SQLite, which ships compiled, and another fetch libraries that nothing uses.
  const words = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', ...level];
  const child = spawn(npm[0], [...npm.slice(1), ...words], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32' && npm.length === 1,
    // Where npm starts by itself, it takes the first Node of the path.
    env: { ...process.env, PATH: path.dirname(node) + path.delimiter + process.env.PATH },
  });
  // Were this process killed, npm would still be at work.
  if (child.pid) writeFileSync(turn, String(child.pid));
  let interrupted = false;
  // Left alone, npm would take back for a minute what it did; the next `npm ci` removes all of it at once.
  const interrupt = () => {
    interrupted = true;
    child.kill('SIGKILL');
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, interrupt);
  const problem = await new Promise((resolve) => {
    child.on('error', resolve);
    child.on('exit', (code) => resolve(code === 0 ? null : undefined));
  });
  for (const signal of signals) process.off(signal, interrupt);
  writeFileSync(turn, String(process.pid));
  if (interrupted)
    throw Object.assign(new Error('Interrupted. The next start installs anew.'), { exitCode: 130 });
  if (problem) throw new Error(`npm does not start: ${problem.message}`);
  if (problem === undefined) {
    throw new Error(
      'The packages could not be installed; npm says above why. Once that is mended (is the network there?), start again.',
    );
  }
}

/** Waits until nobody else installs here: two at a time would take each other's files away. */
async function takeTurn() {
  for (let told = false; ;) {
    try {
      writeFileSync(turn, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = turnHolder();
    if (holder === null) rmSync(turn, { force: true });
    else if (!told) {
      say(`Process ${holder} is installing the packages: waiting for it.`);
      told = true;
    }
    await setTimeout(200);
  }
}

/** The process that installs; null when it broke off. */
function turnHolder() {
  try {
    if (Date.now() - statSync(turn).mtimeMs > turnEnds) return null;
    const holder = readFileSync(turn, 'utf8');
    // Nothing is in the file in the moment after it was made.
    if (holder !== '') process.kill(Number(holder), 0);
    return holder;
  } catch (error) {
    return error.code === 'EPERM' ? 'of another user' : null;
  }
}

/** The Node among the packages of a folder. @throws Error where there is none */
function shippedNode(folder) {
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  const shipped = path.join(folder, 'node_modules', nodePackage, 'bin', file);
  if (existsSync(shipped)) return shipped;
  throw new Error(
    `Node ${process.versions.node} is too old, and none comes as a package for this system. Install Node 24.`,
  );
}

function runFile(node, [file, ...rest]) {
  const child = spawn(node, [path.resolve(root, file), ...rest], {
    // npm goes to the project's folder; paths on the command line are meant from where the user is.
    cwd: process.cwd() === root && process.env.INIT_CWD ? process.env.INIT_CWD : process.cwd(),
    stdio: 'inherit',
    env: { ...process.env, AKIN_NODE: node },
  });
  // A terminal sends Ctrl-C to both; a signal to this process alone is passed on.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', (error) => {
    say(`${node} does not start: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = signal ? 128 + constants.signals[signal] : (code ?? 1);
  });
}

function say(message) {
  process.stderr.write(`${message}\n`);
}
