/** A library over folders that may not be read, in a process that permissions bind; tells what came of it. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { asAkinError } from '../../src/errors.ts';
import type { AkinError } from '../../src/errors.ts';
import { openLibrary } from '../../src/library.ts';
import { smallPhoto } from '../library-fixture.ts';

const root = process.argv[2] ?? '';
const file = (...parts: string[]) => path.join(root, 'photos', ...parts);
const brief = ({ code, details }: AkinError) => ({ code, path: details['path'] });

const places = { 'shut/a': '', 'open/shut/b': '', 'open/c': 'black-canyon', 'later/d': 'nagasaki-boats' };
for (const [place, name] of Object.entries(places)) {
  mkdirSync(path.dirname(file(place)), { recursive: true });
  writeFileSync(file(`${place}.jpg`), await smallPhoto(name || 'march-pastoral'));
}
writeFileSync(file('open', 'secret.jpg'), await smallPhoto('dust-bowl-home'), { mode: 0o000 });

const library = await openLibrary({ folder: path.join(root, 'library') });
const notices: unknown[] = [];
library.on('notice', (notice) => notices.push(brief(notice)));
chmodSync(file('shut'), 0o000);
const adding = await library.addFolder(file('shut')).then(
  () => null,
  (error: unknown) => brief(asAkinError(error)),
);
await library.addFolder(file('later'));
await library.index();
chmodSync(file('later'), 0o000);
chmodSync(file('open', 'shut'), 0o000);
await library.addFolder(file('open'));
const { indexed } = await library.index();
const failures = library.failures().map(({ path: at, code }) => ({ path: at, code }));
const states = Object.fromEntries(library.folders().map(({ path: at, state }) => [at, state]));
const photos = library.status().photos;

for (const place of ['shut', 'later', 'open/shut']) chmodSync(file(place), 0o755);
chmodSync(file('open', 'secret.jpg'), 0o644);
const again = await library.index();
const afterwards = {
  indexed: again.indexed,
  failed: again.failed,
  removed: again.removed,
  photos: library.status().photos,
};
await library.close();
process.stdout.write(JSON.stringify({ adding, indexed, notices, failures, states, photos, afterwards }));
