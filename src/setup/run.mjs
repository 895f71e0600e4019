/**
 * `node src/setup/run.mjs FILE.ts [ARGUMENT...]`: installs the project's packages if they are missing or outdated,
 * and runs a TypeScript file of the project with a Node that is new enough. Plain JavaScript without packages, since
 * it is what a bare clone starts with, on Node 20 or newer.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname ?? '.', '../..');

installPackages();
runFile(findNode(), process.argv.slice(2));

function installPackages() {
  const stamp = path.join(root, 'node_modules', '.akin-installed');
  const lock = readFileSync(path.join(root, 'package-lock.json'));
  const wanted = `${createHash('sha256').update(lock).digest('hex')} ${process.platform} ${process.arch}\n`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('Installing packages (npm ci). This takes a minute the first time.');
  // Without scripts: one would compile SQLite, which ships compiled, and another fetch libraries that nothing uses.
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const [command, ...first] = npm;
  const { status, error } = spawnSync(
    command,
    [...first, 'ci', '--ignore-scripts', '--no-audit', '--no-fund'],
    {
      cwd: root,
      stdio: ['ignore', 2, 2],
      shell: process.platform === 'win32' && npm.length === 1,
    },
  );
  if (status !== 0) {
    fail(
      `The packages could not be installed${error ? ` (${error.message})` : ''}. See npm's message above.`,
    );
  }
  writeFileSync(stamp, wanted);
}

/** Node runs TypeScript by itself since 22.18; SQLite's addon needs 22 as well. */
function findNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  const folder = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  const shipped = path.join(root, 'node_modules', folder, 'bin', file);
  if (!existsSync(shipped)) {
    fail(
      `Node ${process.versions.node} is too old, and none comes as a package for this system. Install Node 24.`,
    );
  }
  say(`Node ${process.versions.node} is older than 22.18: using the Node that came with the packages.`);
  return shipped;
}

function runFile(node, [file, ...rest]) {
  const child = spawn(node, [path.resolve(root, file), ...rest], {
    stdio: 'inherit',
    env: { ...process.env, AKIN_NODE: node },
  });
  // A terminal sends Ctrl-C to both; a signal to this process alone is passed on.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => {
    process.exitCode = signal ? 128 + constants.signals[signal] : (code ?? 1);
  });
}

function say(message) {
  if (process.env.npm_config_loglevel !== 'silent') process.stderr.write(`${message}\n`);
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
