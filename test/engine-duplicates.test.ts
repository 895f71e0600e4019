import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import type { EngineRequestName, Folder, Params, Result } from '../src/api.ts';
import { Engine } from '../src/engine.ts';
import { realPhoto } from './ingest/pictures.ts';
import { LibraryFixture, never } from './library-fixture.ts';

const near = { kind: 'near-duplicate', strictness: 0.5 } as const;

let fixture: LibraryFixture;
let engine: Engine;
let emitted: string[];

const ask = async <Name extends EngineRequestName>(name: Name, params: Params<Name>) =>
  (await engine.request(name, params, never)) as Result<Name>;

async function open(watch: boolean): Promise<void> {
  const library = await fixture.open({ watch });
  emitted = [];
  engine = new Engine(library, (name) => emitted.push(name));
}

async function edited(file: string, edit: (photo: Sharp) => Sharp): Promise<void> {
  const photo = await sharp(realPhoto('black-canyon')).resize(400).png().toBuffer();
  await edit(sharp(photo)).toFile(fixture.file(file));
}

beforeAll(async () => {
  fixture = new LibraryFixture();
  await open(false);
  await edited('canyon.png', (photo) => photo);
  await edited('half.jpg', (photo) => photo.resize(200));
  await fixture.put('nagasaki-boats');
  fixture.copy('nagasaki-boats.jpg', 'boats.jpg');
  await ask('folders.add', { path: fixture.photos });
  await fixture.library.index();
});

afterAll(() => fixture.close());

it('duplicates are looked for when that is asked, and copies are known before', async () => {
  expect(await ask('duplicates.progress', {})).toMatchObject({ phase: 'idle', asked: false, groups: 1 });
  expect((await ask('duplicates.list', { ...near, order: 'size' })).groups).toEqual([]);
  await ask('duplicates.find', {});
  await vi.waitFor(() => expect(emitted).toContain('duplicates.changed'), { timeout: 30_000, interval: 50 });
  await fixture.library.background.duplicateSearch.finished();
  expect(emitted).toContain('duplicates.progress');
  expect(await ask('duplicates.progress', {})).toMatchObject({ phase: 'idle', asked: true, groups: 2 });
  const { groups } = await ask('duplicates.list', { ...near, order: 'certainty' });
  expect(groups).toMatchObject([{ keeper: fixture.idOf('canyon.png'), photos: 2 }]);
});

it('groups, facts, decisions and proposals are told by the contract', async () => {
  const [canyon, half] = [fixture.idOf('canyon.png'), fixture.idOf('half.jpg')];
  const group = await ask('duplicates.group', { ...near, photoId: half });
  expect(group).toMatchObject({
    decidedBy: 'resolution',
    photos: [{ photoId: canyon }, { photoId: half, edits: ['resized'] }],
  });
  expect(await ask('duplicates.facts', { photoIds: [canyon] })).toEqual([{ photoId: canyon, facts: [] }]);
  expect(await ask('removal.propose', near)).toMatchObject({ photoIds: [half] });
  expect(await ask('duplicates.choose', { ...near, photoId: half })).toMatchObject({ chosen: true });
  expect(await ask('removal.propose', near)).toMatchObject({ photoIds: [canyon] });
  await ask('duplicates.unchoose', { ...near, photoId: half });
  const { dismissalId } = await ask('duplicates.dismiss', { photoIds: [half, canyon] });
  await expect(ask('duplicates.group', { ...near, photoId: half })).rejects.toMatchObject({
    code: 'group-unknown',
  });
  await ask('duplicates.undismiss', { dismissalId });
  const rules = await ask('keep-rules.get', {});
  await ask('keep-rules.set', {
    ...rules,
    rules: rules.rules.toSorted((a) => (a.rule === 'protected' ? -1 : 0)),
  });
  const unprotected = { ...rules, rules: rules.rules.toReversed() };
  await expect(ask('keep-rules.set', unprotected)).rejects.toMatchObject({ code: 'bad-request' });
  const { content } = await ask('duplicates.export', { ...near, order: 'size', format: 'json' });
  expect(JSON.parse(new TextDecoder().decode(content))).toMatchObject([
    { keeper: fixture.file('canyon.png') },
  ]);
});

it('what is in a protected folder is not proposed', async () => {
  const [folder] = await ask('folders.list', {});
  const setRole = (role: Folder['role']) => ask('folders.set-role', { folderId: folder!.id, role });
  expect(await setRole('protected')).toMatchObject({ role: 'protected' });
  expect(await ask('removal.propose', near)).toEqual({ photoIds: [], bytes: 0 });
  expect(emitted).toContain('library.changed');
  await setRole('normal');
});

it('what was asked for is kept up to date after the next start, until it is called off', async () => {
  await open(true);
  fixture.library.begin();
  await fixture.library.index();
  await edited('grey.jpg', (photo) => photo.grayscale());
  const photosOf = async () => (await ask('duplicates.list', { ...near, order: 'size' })).groups[0]?.photos;
  await vi.waitFor(async () => expect(await photosOf()).toBe(3), { timeout: 60_000, interval: 200 });
  await ask('duplicates.cancel', {});
  expect(await ask('duplicates.progress', {})).toMatchObject({ asked: false });
  writeFileSync(fixture.file('later.webp'), await sharp(fixture.file('canyon.png')).webp().toBuffer());
  await fixture.library.index();
  await fixture.library.background.duplicateSearch.finished();
  expect(await photosOf()).toBe(3);
});
