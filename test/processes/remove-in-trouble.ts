/**
 * Removes photos where the system refuses: on disks that are full, or without permission. Tells what came of it.
 * Arguments: root, and the folder of a small disk or nothing.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { contentsBelow, filesBelow, RemovalFixture } from '../removal/removal-fixture.ts';

const [root = '', disk = ''] = process.argv.slice(2);
const fixture = new RemovalFixture(root);
const copies = ['open/a 2.png', 'shut/a 3.png', 'open/b 2.png'];
await fixture.put({ 'a.png': 1, 'open/a 2.png': 1, 'shut/a 3.png': 1, 'b.png': 2, 'open/b 2.png': 2 });
if (disk !== '') {
  // What follows the end of a PNG is overlooked: files of a size that matters.
  for (const name of ['a.png', 'open/a 2.png', 'shut/a 3.png', 'b.png', 'open/b 2.png']) {
    const picture = readFileSync(fixture.file(name));
    writeFileSync(fixture.file(name), Buffer.concat([picture, Buffer.alloc(400_000, picture.length)]));
  }
  await fixture.run();
  fixture.duplicates.invalidate();
}
const before = contentsBelow(fixture.folder);
const told: Record<string, unknown> = {};

/** Codes of what failed by name, what is left where, and whether an undo mends all. */
async function tell(name: string, folder: string | null, where: string): Promise<void> {
  const { removal, failed } =
    folder === null ? await fixture.remove(copies) : await fixture.move(copies, folder);
  const here = contentsBelow(fixture.folder);
  const left = Object.keys(before).filter((file) => here[file] !== before[file]);
  const away = existsSync(where) ? filesBelow(where).length : 0;
  const codes = failed.map(({ path: file, code }) => [path.relative(fixture.folder, file), code]);
  let failedUndo = 0;
  mend();
  if (removal) failedUndo = (await fixture.removal.undo(removal.id)).failed.length;
  const whole = JSON.stringify(contentsBelow(fixture.folder)) === JSON.stringify(before);
  told[name] = { codes, left, away, open: fixture.catalog.removals.open().length, failedUndo, whole };
}

function mend(): void {
  if (disk === '') for (const folder of ['shut', 'closed']) allow(folder, true);
}

function allow(folder: string, allowed: boolean): void {
  const at = folder === 'shut' ? fixture.file('shut') : path.join(root, folder);
  if (existsSync(at)) chmodSync(at, allowed ? 0o755 : 0o555);
}

if (disk === '') {
  mkdirSync(path.join(root, 'closed'));
  allow('closed', false);
  await tell('closedTarget', path.join(root, 'closed'), path.join(root, 'closed'));
  allow('shut', false);
  await tell('closedFolder', fixture.target, fixture.target);
  allow('shut', false);
  await tell('trashFromClosed', null, path.join(root, 'trash', 'Trash', 'files'));
  chmodSync(fixture.file('open', 'a 2.png'), 0o000);
  const { failed } = await fixture.move(copies.slice(0, 1));
  told['unreadable'] = failed.map(({ code }) => code);
  chmodSync(fixture.file('open', 'a 2.png'), 0o644);
} else {
  const target = path.join(disk, 'target');
  mkdirSync(target);
  await tell('fullDisk', target, target);
  rmSync(target, { recursive: true });
  await tell('fullTrash', null, path.join(disk, 'trash', 'Trash', 'files'));
}
fixture.leave();
process.stdout.write(JSON.stringify(told));
