/**
 * A process that removes photos of the library under its first argument, or puts back what was removed, and dies at a
 * point of it as if it were killed from outside: before, in the midst of or after a step that changes something on the
 * disk. Prints how many points there are when it is not to die. Arguments: root, way, what to do, point.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';

const [root = '', way = '', doing = '', at = ''] = process.argv.slice(2);
const target = path.join(root, 'duplicates');
let points = 0;
let counting = false;

function point(before?: () => void): void {
  if (!counting || ++points !== Number(at)) return;
  before?.();
  process.kill(process.pid, 'SIGKILL');
}

/** Not every disk lets a file have two names. */
function checkLinks(): void {
  if (way === 'plain') throw Object.assign(new Error('EPERM'), { code: 'EPERM' });
}

/** Another disk is one that files cannot be renamed to. */
function checkDisks(from: unknown, to: unknown): void {
  if (way !== 'disk' || `${String(from)}/`.startsWith(target) === `${String(to)}/`.startsWith(target)) return;
  throw Object.assign(new Error('EXDEV'), { code: 'EXDEV' });
}

type Step = (...words: unknown[]) => Promise<unknown>;
const steps = fs as unknown as Record<string, Step>;
for (const name of [
  'link',
  'unlink',
  'rename',
  'copyFile',
  'open',
  'mkdir',
  'rmdir',
  'utimes',
  'writeFile',
]) {
  const step = steps[name]!;
  steps[name] = async (...words) => {
    point();
    if (name === 'link') checkLinks();
    if (name === 'link' || name === 'rename') checkDisks(words[0], words[1]);
    if (name === 'copyFile') {
      const content = readFileSync(words[0] as string);
      point(() => writeFileSync(words[1] as string, content.subarray(0, content.length / 2)));
    }
    const result = await step(...words);
    point();
    return result;
  };
}
syncBuiltinESMExports();

const { RemovalFixture, removedNames } = await import('../removal/removal-fixture.ts');
const fixture = new RemovalFixture(root);
const { catalog } = fixture;
const decide = catalog.decide.bind(catalog);
catalog.decide = <Result>(task: () => Result): Result => {
  point();
  const result = decide(() => {
    const inside = task();
    point();
    return inside;
  });
  point();
  return result;
};
counting = true;
if (doing === 'undo') await fixture.removal.undo(fixture.removal.list()[0]!.id);
else if (way === 'trash') await fixture.remove(removedNames);
else await fixture.move(removedNames);
counting = false;
fixture.leave();
process.stdout.write(JSON.stringify({ points }));
