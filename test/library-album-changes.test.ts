import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Album } from '../src/api.ts';
import { textToByteString } from '../src/catalog/path-bytes.ts';
import { LibraryFixture, smallPhoto } from './library-fixture.ts';

const fixture = new LibraryFixture();
const names = ['black-canyon', 'nagasaki-boats', 'march-pastoral', 'french-alpine-landscape'];
const [canyon, boats, pastoral, alps] = names as [string, string, string, string];
let told: number;
let judged: number;

beforeAll(async () => {
  const library = await fixture.open();
  for (const folder of ['2019/Rome', '2020/Rome', 'Oslo'])
    mkdirSync(fixture.file(folder), { recursive: true });
  await fixture.put(canyon);
  writeFileSync(fixture.file('2019/Rome', 'a.jpg'), await smallPhoto(boats));
  writeFileSync(fixture.file('2019/Rome', 'b.jpg'), await smallPhoto(pastoral));
  writeFileSync(fixture.file('2020/Rome', 'a.jpg'), await smallPhoto(alps));
  fixture.copy('2020/Rome/a.jpg', 'Oslo/copy.jpg');
  await library.addFolder(fixture.photos);
  await library.index();
  library.on('albums', () => told++);
  library.on('judgements', () => judged++);
});
afterAll(() => fixture.close());

beforeEach(() => {
  for (const { id } of albums().list()) albums().remove(id);
  for (const { photoIds } of judgements().list()) judgements().set(photoIds, null);
  told = 0;
  judged = 0;
});

const albums = () => fixture.library.albums;
const judgements = () => fixture.library.judgements;
const id = (...parts: string[]) => fixture.idOf(...parts);
const root = () => id(`${canyon}.jpg`);
const rome19 = () => [id('2019', 'Rome', 'a.jpg'), id('2019', 'Rome', 'b.jpg')];
const rome20 = () => id('2020', 'Rome', 'a.jpg');
const oslo = () => id('Oslo', 'copy.jpg');
const folderId = () => fixture.library.folders()[0]!.id;
const idsOf = (album: Pick<Album, 'id'>) =>
  albums()
    .photos(album.id)
    .ids.sort((a, b) => a - b);
const sorted = (...ids: number[]) => ids.sort((a, b) => a - b);
/** All albums, with their photos. */
const all = () =>
  albums()
    .list()
    .map((album) => ({ ...album, ids: idsOf(album) }));
const code = (name: string) => expect.objectContaining({ code: name }) as Error;

describe('albums that are merged', () => {
  it('become the first, and are again what they were when that is undone', () => {
    const [one, two, three] = [
      albums().create('one', [root()]),
      albums().create('two', [root(), rome20()]),
      albums().create('three', [oslo()]),
    ];
    const before = all();
    told = 0;
    const merged = albums().merge([two.id, one.id, two.id, three.id]);
    expect(merged).toMatchObject({ id: two.id, name: 'two', photos: 3 });
    expect(albums().list()).toEqual([merged]);
    expect(idsOf(merged)).toEqual(sorted(root(), rome20(), oslo()));
    albums().unmerge(two.id);
    expect(all()).toEqual(before);
    expect(told).toBe(2);
    expect(() => albums().unmerge(two.id)).toThrow(code('albums-unmerged'));
  });

  it('come apart one merging after the other', () => {
    const [one, two, three] = [
      albums().create('one', [root()]),
      albums().create('two', [rome20()]),
      albums().create('three', [oslo()]),
    ];
    const before = all();
    albums().merge([one.id, two.id]);
    const between = all();
    albums().merge([three.id, one.id]);
    expect(() => albums().unmerge(one.id)).toThrow(code('album-unknown'));
    albums().unmerge(three.id);
    expect(all()).toEqual(between);
    albums().unmerge(one.id);
    expect(all()).toEqual(before);
  });

  it('stay together when they were changed since', () => {
    const [one, two] = [albums().create('one', [root()]), albums().create('two', [rome20()])];
    albums().merge([one.id, two.id]);
    const merged = all();
    albums().add(one.id, [oslo()]);
    expect(() => albums().unmerge(one.id)).toThrow(code('albums-unmerged'));
    albums().take(one.id, [oslo(), root()]);
    expect(() => albums().unmerge(one.id)).toThrow(code('albums-unmerged'));
    albums().add(one.id, [root()]);
    albums().rename(one.id, 'other');
    expect(() => albums().unmerge(one.id)).toThrow(code('albums-unmerged'));
    albums().rename(one.id, 'one');
    expect(all()).toEqual(merged);
    albums().unmerge(one.id);
    expect(
      albums()
        .list()
        .map(({ name }) => name),
    ).toEqual(['one', 'two']);
  });

  it('must be there, and two', () => {
    const one = albums().create('one', [root()]);
    told = 0;
    expect(() => albums().merge([one.id, one.id])).toThrow(code('bad-request'));
    expect(() => albums().merge([one.id, 999])).toThrow(code('album-unknown'));
    expect(() => albums().unmerge(999)).toThrow(code('album-unknown'));
    expect(() => albums().unmerge(one.id)).toThrow(code('albums-unmerged'));
    expect(all()).toEqual([{ ...one, ids: [root()] }]);
    expect(told).toBe(0);
  });
});

describe('an album that is split', () => {
  it('gives up some photos to a new one, and merging undoes it', () => {
    const album = albums().create('all', [root(), rome20(), oslo()]);
    const part = albums().split(album.id, [oslo(), rome20(), ...rome19()], 'part');
    expect(part).toMatchObject({ name: 'part', photos: 2 });
    expect([idsOf(album), idsOf(part)]).toEqual([[root()], sorted(oslo(), rome20())]);
    albums().merge([album.id, part.id]);
    expect(all()).toEqual([{ ...album, ids: sorted(root(), rome20(), oslo()) }]);
  });

  it('must have photos on both sides', () => {
    const album = albums().create('two', [root(), oslo()]);
    for (const photoIds of [[rome20()], [root(), oslo()]]) {
      expect(() => albums().split(album.id, photoIds, 'part')).toThrow(code('bad-request'));
    }
    expect(() => albums().split(999, [oslo()], 'part')).toThrow(code('album-unknown'));
    expect(albums().list()).toEqual([album]);
  });
});

describe('albums of folders', () => {
  it('are one for each sub-folder, and none twice', () => {
    const made = albums().fromFolder(folderId());
    expect(made.photos).toBe(4);
    expect(all().map(({ name, ids }) => [name, ids])).toEqual([
      ['2019/Rome', sorted(...rome19())],
      ['2020/Rome', [rome20()]],
      ['Oslo', [oslo()]],
    ]);
    expect(sorted(...made.albumIds)).toEqual(sorted(...all().map((album) => album.id)));
    expect(told).toBe(1);
    const before = all();
    expect(albums().fromFolder(folderId())).toEqual({ albumIds: [], photos: 0 });
    expect(all()).toEqual(before);
    expect(told).toBe(1);
    albums().take(before[0]!.id, [rome19()[0]!]);
    albums().rename(before[2]!.id, 'North');
    expect(albums().fromFolder(folderId())).toEqual({ albumIds: [before[0]!.id], photos: 1 });
    expect(all().map(({ name }) => name)).toEqual(['2019/Rome', '2020/Rome', 'North']);
  });

  it('may be of a part of a folder, which must be there', () => {
    albums().fromPath(textToByteString(fixture.file('2019')));
    expect(all().map(({ name }) => name)).toEqual(['Rome']);
    expect(() => albums().fromFolder(999)).toThrow(code('folder-unknown'));
    expect(() => albums().fromPath('/elsewhere')).toThrow(code('folder-unknown'));
  });
});

describe('judgements', () => {
  it('are told, and make albums', () => {
    judgements().set([oslo(), rome20()], true);
    judgements().set([rome20(), root()], true);
    judgements().set([rome19()[0]!, root()], false);
    expect(judged).toBe(3);
    expect(judgements().of(root())).toEqual(
      [
        { photoId: rome20(), same: true },
        { photoId: rome19()[0], same: false },
      ].sort((a, b) => a.photoId! - b.photoId!),
    );
    const made = albums().fromJudgements();
    expect(made).toMatchObject({ photos: 3 });
    const [first] = sorted(oslo(), rome20(), root());
    expect(all()).toMatchObject([
      {
        id: made.albumIds[0],
        name: fixture.library.photo(first!).name.replace('.jpg', ''),
        ids: sorted(oslo(), rome20(), root()),
      },
    ]);
    expect(albums().fromJudgements()).toEqual({ albumIds: [], photos: 0 });
    judgements().set([oslo(), rome19()[1]!], true);
    expect(albums().fromJudgements()).toEqual({ albumIds: made.albumIds, photos: 1 });
    judgements().set([root(), rome19()[0]!], null);
    expect(judgements().list()).toHaveLength(3);
  });

  it('are of two photos that are there', () => {
    expect(() => judgements().set([root(), root()], true)).toThrow(code('bad-request'));
    expect(() => judgements().set([root(), 999], true)).toThrow(code('photo-unknown'));
    expect(() => judgements().of(999)).toThrow(code('photo-unknown'));
    expect(judged).toBe(0);
  });
});

describe('albums in a file', () => {
  it('come back as they were, and not twice', () => {
    albums().create('Rome', rome19());
    albums().create('Rome', [rome20()]);
    albums().create('empty', []);
    judgements().set([root(), oslo()], false);
    const before = all().map(({ name, ids }) => [name, ids]);
    const { content } = albums().export();
    expect(albums().import(content)).toEqual({ albumIds: [], photos: 0, missing: 0 });
    for (const album of albums().list()) albums().remove(album.id);
    judgements().set([root(), oslo()], null);
    [told, judged] = [0, 0];
    expect(albums().import(content)).toMatchObject({ photos: 3, missing: 0 });
    expect([told, judged]).toEqual([1, 1]);
    expect(all().map(({ name, ids }) => [name, ids])).toEqual(before);
    expect(judgements().list()).toEqual([{ photoIds: sorted(root(), oslo()), same: false }]);
  });

  it('are found by content wherever it lies now, else by path, and what is missing is counted', () => {
    albums().create('x', [root(), oslo(), rome20()]);
    const text = new TextDecoder().decode(albums().export().content);
    albums().remove(albums().list()[0]!.id);
    const file = JSON.parse(text) as { albums: { photos: { path: string; sha256: string }[] }[] };
    for (const photo of file.albums[0]!.photos) {
      // One is known by its content alone, one by its path alone, one by neither.
      if (photo.path === 'Oslo/copy.jpg') photo.path = '../../etc/passwd';
      else photo.sha256 = '0'.repeat(64);
      if (photo.path === '2020/Rome/a.jpg') photo.path = 'gone.jpg';
    }
    const found = albums().import(new TextEncoder().encode(JSON.stringify(file)));
    expect(found).toMatchObject({ photos: 2, missing: 1 });
    // Of two photos with the content, the first.
    expect(all()[0]!.ids).toEqual(sorted(root(), Math.min(oslo(), rome20())));
  });

  it('gain what is missing, and stand beside others of their name', () => {
    const album = albums().create('x', [root(), oslo()]);
    const { content } = albums().export();
    albums().take(album.id, [oslo()]);
    expect(albums().import(content)).toEqual({ albumIds: [album.id], photos: 1, missing: 0 });
    albums().add(album.id, rome19());
    expect(albums().import(content).albumIds).toEqual([]);
    albums().take(album.id, [oslo()]);
    expect(albums().import(content)).toMatchObject({ photos: 2 });
    expect(all().map(({ name, photos }) => [name, photos])).toEqual([
      ['x', 3],
      ['x', 2],
    ]);
  });

  it('that are damaged change nothing', () => {
    const content = new TextEncoder().encode('{"format":"akin-albums","version":1,"albums":[{"name":"x"}]}');
    expect(() => albums().import(content)).toThrow(code('albums-damaged'));
    expect([all(), told]).toEqual([[], 0]);
  });

  it('do not overrule what was judged since', () => {
    judgements().set([root(), oslo()], true);
    const { content } = albums().export();
    judgements().set([root(), oslo()], false);
    albums().import(content);
    expect(judgements().list()).toMatchObject([{ same: false }]);
  });
});

describe('a merged album', () => {
  it('comes apart without the photos that have left the library', async () => {
    const [one, two] = [albums().create('one', [root()]), albums().create('two', [root(), ...rome19()])];
    albums().merge([one.id, two.id]);
    const [, stays] = rome19();
    rmSync(fixture.file('2019', 'Rome', 'a.jpg'));
    await fixture.library.index();
    albums().unmerge(one.id);
    expect(all().map(({ name, ids }) => [name, ids])).toEqual([
      ['one', [root()]],
      ['two', sorted(root(), stays!)],
    ]);
  });
});
