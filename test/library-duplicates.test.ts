import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { duplicateGroupSchema, duplicateGroupsSchema, keepRuleNames } from '../src/api-duplicates.ts';
import type { KeepRules } from '../src/api-duplicates.ts';
import { openCatalog } from '../src/catalog/catalog.ts';
import type { Catalog } from '../src/catalog/catalog.ts';
import { textToByteString } from '../src/catalog/path-bytes.ts';
import type { PhotoFacts } from '../src/catalog/photos.ts';
import type { StoredVerdict } from '../src/catalog/verdicts.ts';
import { LibraryDuplicates } from '../src/library-duplicates.ts';
import { LibraryPhotos } from '../src/library-photos.ts';
import { applyHomography } from '../src/local-features/homography.ts';
import { facts, place } from './catalog/rows.ts';

const near = { kind: 'near-duplicate', strictness: 0.5 } as const;
const identical = { kind: 'identical', strictness: 0.5 } as const;
const scene = { kind: 'same-scene', strictness: 0.5 } as const;

let root: string;
let catalog: Catalog;
let photos: LibraryPhotos;
let duplicates: LibraryDuplicates;
let folderId: number;
let guardedId: number;
let changes: number;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'akin-duplicates-'));
  open();
  for (const name of ['photos', 'guarded']) mkdirSync(path.join(root, name));
  folderId = catalog.folders.add(textToByteString(path.join(root, 'photos')));
  guardedId = catalog.folders.add(textToByteString(path.join(root, 'guarded')));
  catalog.folders.setRole(guardedId, 'protected');
});

afterEach(() => {
  duplicates.close();
  catalog.close();
  rmSync(root, { recursive: true, force: true });
});

function open(): void {
  catalog = openCatalog(path.join(root, 'library')).catalog;
  photos = new LibraryPhotos(catalog);
  duplicates = new LibraryDuplicates(catalog, photos);
  changes = 0;
  duplicates.on('changed', () => changes++);
}

interface Given extends Partial<PhotoFacts> {
  size?: number;
  content?: string;
  folder?: number;
}

/** Photos that are the larger the earlier they are named. */
function put(
  name: string,
  { size = 1000, content = name, folder = folderId, ...change }: Given = {},
): number {
  const id = catalog.photos.put(null, place(folder, textToByteString(name), { size }), facts(content));
  catalog.photos.put(
    id,
    place(folder, textToByteString(name), { size }),
    facts(content, { width: 10_000 - 10 * id, ...change }),
  );
  duplicates.invalidate();
  return id;
}

function match(one: number, other: number, change: Partial<StoredVerdict> = {}): void {
  catalog.verdicts.put({
    a: Math.min(one, other),
    b: Math.max(one, other),
    kind: 'near-duplicate',
    certainty: 0.9,
    edits: ['resized'],
    homography: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
    overlapA: 1,
    overlapB: 1,
    residual: 0.02,
    inliers: 50,
    ...change,
  });
  duplicates.invalidate();
}

const listed = (scope: typeof near | typeof identical | typeof scene, order: 'size' | 'certainty' = 'size') =>
  duplicateGroupsSchema.parse(duplicates.list({ ...scope, order }));
const groupOf = (photoId: number, scope: typeof near | typeof identical = near) =>
  duplicateGroupSchema.parse(duplicates.group({ ...scope, photoId }));
const idsOf = (photoId: number, scope?: typeof near | typeof identical) =>
  groupOf(photoId, scope).photos.map((photo) => photo.photoId);

describe('lists', () => {
  it('are by what would be freed, or by certainty, with sums; what is protected frees nothing', () => {
    const [a, b, c] = [put('a'), put('b', { size: 500 }), put('c', { size: 100, folder: guardedId })];
    const [d, e] = [put('d', { height: 100 }), put('e', { size: 700, height: 100 })];
    match(a, b, { certainty: 0.8 });
    match(b, c, { certainty: 0.95 });
    match(d, e, { certainty: 0.6 });
    const list = listed(near);
    expect(list.groups).toEqual([
      {
        id: d,
        keeper: d,
        aspect: (10_000 - 10 * d) / 100,
        photos: 2,
        bytes: 700,
        removable: [e],
        sizes: [700],
        certainty: 0.6,
      },
      {
        id: b,
        keeper: c,
        aspect: (10_000 - 10 * c) / 400,
        photos: 2,
        bytes: 500,
        removable: [b],
        sizes: [500],
        certainty: 0.95,
      },
    ]);
    expect(list).toMatchObject({ photos: 4, bytes: 1200 });
    expect(listed(near, 'certainty').groups.map(({ id }) => id)).toEqual([b, d]);
    expect(duplicates.count()).toBe(2);
  });

  it('know photos that came, went, or whose folder was removed, once they are told', () => {
    const [a, b, c] = [put('a'), put('b'), put('c', { folder: guardedId })];
    match(a, b);
    match(a, c);
    expect(idsOf(a)).toEqual([c, a]);
    catalog.folders.remove(guardedId, 1);
    duplicates.invalidate();
    expect(idsOf(a)).toEqual([a, b]);
    catalog.photos.delete(b);
    duplicates.invalidate();
    expect(listed(near)).toEqual({ groups: [], photos: 0, bytes: 0 });
    expect(() => groupOf(a)).toThrow(expect.objectContaining({ code: 'group-unknown' }) as Error);
  });
});

describe('a group', () => {
  it('shows how each photo differs from the keeper, by a map to it', () => {
    const [a, b, c, d] = [put('sub/a.jpg'), put('b.png', { format: 'png' }), put('c'), put('d')];
    // The keeper shows the left half of c, mirrored: as c comes second, its map is from a to c.
    match(a, c, {
      edits: ['cropped', 'mirrored'],
      homography: Float64Array.of(-0.5, 0, 0.5, 0, 1, 0, 0, 0, 1),
      overlapA: 1,
      overlapB: 0.5,
    });
    match(a, b, { certainty: 0.7, overlapA: 0.9, overlapB: 0.8, homography: null });
    match(c, d);
    const group = groupOf(b);
    expect(group).toMatchObject({ id: a, kind: 'near-duplicate', related: [d], chosen: false });
    expect(group.photos[0]).toMatchObject({
      photoId: a,
      name: 'a.jpg',
      path: path.join(root, 'photos/sub/a.jpg'),
      width: 10_000 - 10 * a,
      height: 400,
      bytes: 1000,
      protected: false,
      edits: [],
      overlap: 1,
      certainty: 1,
      residual: 0,
      copies: [],
    });
    const [, second, third] = group.photos;
    expect(second).toMatchObject({ photoId: b, format: 'png', certainty: 0.7, overlap: 0.9, toKeeper: null });
    expect(third).toMatchObject({ photoId: c, edits: ['cropped', 'mirrored'], overlap: 1, residual: 0.02 });
    const map = Float64Array.from(third!.toKeeper!);
    for (const [x, y, toX] of [
      [0, 0, 1],
      [0.5, 0.25, 0],
      [0.25, 0.5, 0.5],
    ] as const) {
      const [u, v] = applyHomography(map, x, y)!;
      expect(u).toBeCloseTo(toX, 12);
      expect(v).toBeCloseTo(y, 12);
    }
  });

  it('of identical photos tells the same bytes from the same pixels', () => {
    const [a, b, c] = [put('a'), put('copy', { content: 'a' }), put('c')];
    match(a, c, { kind: 'identical', edits: ['same-pixels'], certainty: 1 });
    expect(groupOf(c, identical).photos.map(({ edits }) => edits)).toEqual([
      [],
      ['same-bytes'],
      ['same-pixels'],
    ]);
    expect(idsOf(b, identical)).toEqual([a, b, c]);
    expect(listed(near).groups).toEqual([]);
  });

  it('of near-duplicates shows one of identical photos, by the verdict about another', () => {
    const same = { content: 'b', width: 500 };
    const [a, b] = [put('a'), put('b', same)];
    const better = put('better', { ...same, size: 2000 });
    const worse = put('worse', { ...same, size: 10 });
    match(a, worse, { edits: ['grey'] });
    const group = groupOf(worse);
    expect(group.photos.map(({ photoId, copies }) => [photoId, copies])).toEqual([
      [a, []],
      [better, [b, worse].toSorted((x, y) => x - y)],
    ]);
    expect(group.photos[1]!.edits).toEqual(['grey']);
  });

  it('is of a crop and what it was cut from: the crop goes, though it is as large', () => {
    const [a, b] = [put('a'), put('b')];
    const size = { width: 100, height: 100 };
    catalog.photos.put(a, place(folderId, 'a'), facts('a', size));
    catalog.photos.put(b, place(folderId, 'b'), facts('b', size));
    match(a, b, { edits: ['resized', 'cropped'], overlapA: 1, overlapB: 0.6 });
    expect(groupOf(a)).toMatchObject({ decidedBy: 'uncropped', photos: [{ photoId: b }, { photoId: a }] });
    // A crop with a border: the shares tell nothing.
    match(a, b, { edits: ['cropped', 'border'], overlapA: 1, overlapB: 0.6 });
    expect(groupOf(a)).toMatchObject({ decidedBy: 'path-length', photos: [{ photoId: a }, { photoId: b }] });
  });
});

describe('what the user decides', () => {
  it('a chosen keeper stays one, until it is let go', () => {
    const [a, b, c] = [put('a'), put('b'), put('c')];
    for (const [one, other] of [
      [a, b],
      [a, c],
      [b, c],
    ] as const)
      match(one, other);
    expect(groupOf(a)).toMatchObject({ decidedBy: 'resolution', chosen: false });
    expect(duplicates.choose({ ...near, photoId: c }).photos.map(({ photoId }) => photoId)).toEqual([
      c,
      a,
      b,
    ]);
    expect(groupOf(a)).toMatchObject({ chosen: true, decidedBy: null });
    duplicates.choose({ ...near, photoId: b });
    expect(catalog.keepers.list()).toEqual([b]);
    expect(changes).toBe(2);
    catalog.close();
    open();
    expect(idsOf(c)).toEqual([b, a, c]);
    expect(duplicates.unchoose({ ...near, photoId: c }).photos.map(({ photoId }) => photoId)).toEqual([
      a,
      b,
      c,
    ]);
    expect(catalog.keepers.list()).toEqual([]);
  });

  it('letting go shows another photo of the group, where the photo itself is in none any more', () => {
    const [a, b, c] = [put('a'), put('b'), put('c')];
    match(a, b);
    match(b, c);
    expect(idsOf(b)).toEqual([a, b]);
    expect(duplicates.choose({ ...near, photoId: b }).photos.map(({ photoId }) => photoId)).toEqual([
      b,
      a,
      c,
    ]);
    expect(duplicates.unchoose({ ...near, photoId: c }).photos.map(({ photoId }) => photoId)).toEqual([a, b]);
  });

  it('no photo is chosen whose group would be one that was dismissed', () => {
    const [a, b, c, d] = [put('a'), put('b'), put('c'), put('d')];
    for (const [one, other] of [
      [a, b],
      [a, c],
      [a, d],
      [b, c],
    ] as const)
      match(one, other);
    duplicates.dismiss([a, b, c]);
    expect(idsOf(a)).toEqual([a, b, c, d]);
    const act = () => duplicates.choose({ ...near, photoId: c });
    expect(act).toThrow(expect.objectContaining({ code: 'group-unknown' }) as Error);
    expect(catalog.keepers.list()).toEqual([]);
  });

  it('dismissed photos come back when that is undone', () => {
    const [a, b] = [put('a'), put('b')];
    match(a, b);
    const { dismissalId } = duplicates.dismiss([b, a, b]);
    expect(listed(near).groups).toEqual([]);
    expect(duplicates.undismiss(dismissalId)).toEqual({});
    expect(idsOf(a)).toEqual([a, b]);
    expect(duplicates.undismiss(dismissalId)).toEqual({});
    expect(() => duplicates.dismiss([a, 999])).toThrow(
      expect.objectContaining({ code: 'photo-unknown' }) as Error,
    );
    expect(() => duplicates.dismiss([a, a])).toThrow(
      expect.objectContaining({ code: 'bad-request' }) as Error,
    );
  });

  it('keep rules hold at once, and after the library was closed', () => {
    const [a, b] = [put('a'), put('b', { size: 9000 })];
    match(a, b);
    expect(duplicates.keepRules().rules.map(({ rule }) => rule)).toEqual(keepRuleNames);
    const rules: KeepRules = {
      rules: keepRuleNames.map((rule) => ({ rule, on: rule !== 'resolution' })),
      folderIds: [guardedId],
    };
    expect(idsOf(a)).toEqual([a, b]);
    duplicates.setKeepRules(rules);
    expect(groupOf(a)).toMatchObject({ decidedBy: 'file-size', photos: [{ photoId: b }, { photoId: a }] });
    catalog.close();
    open();
    expect(duplicates.keepRules()).toEqual(rules);
    expect(idsOf(a)).toEqual([b, a]);
  });
});

it('other keep rules and protected folders may hold for a while, without a trace', () => {
  const [a, b, c] = [put('a'), put('sub/b', { size: 9000 }), put('subway/c')];
  match(a, b);
  match(a, c);
  const rules = keepRuleNames.map((rule) => ({ rule, on: rule !== 'resolution' }));
  duplicates.override({ keepRules: { rules, folderIds: [] } });
  expect(idsOf(a)).toEqual([b, a]);
  duplicates.override({ protectedFolders: [textToByteString(path.join(root, 'photos/sub'))] });
  expect(groupOf(a)).toMatchObject({ decidedBy: 'protected', photos: [{ photoId: b }, { photoId: a }] });
  expect(duplicates.removable(near, [a, b])).toMatchObject({
    refused: [{ photoId: b, reason: 'protected' }],
  });
  duplicates.override({});
  expect(idsOf(a)).toEqual([a, b, c]);
});

describe('removal', () => {
  it('is proposed for all members but protected ones, and of no other shot of a scene', () => {
    const [a, b, c] = [
      put('a', { folder: guardedId }),
      put('b', { size: 30 }),
      put('c', { folder: guardedId }),
    ];
    const [d, e] = [put('d'), put('e')];
    match(a, b);
    match(a, c);
    match(d, e, { kind: 'same-scene' });
    expect(duplicates.propose(near)).toEqual({ photoIds: [b], bytes: 30 });
    expect(listed(scene).groups).toHaveLength(1);
    expect(duplicates.propose(scene)).toEqual({ photoIds: [], bytes: 0 });
  });

  it('is allowed by what is known now, not when the groups were shown', () => {
    const [a, b, c] = [put('a'), put('b'), put('c')];
    const copy = put('copy', { content: 'b', size: 1 });
    match(a, b);
    match(a, c);
    expect(duplicates.removable(near, [b, c, copy])).toEqual({
      allowed: [
        { photoId: b, survivor: a },
        { photoId: c, survivor: a },
      ],
      refused: [{ photoId: copy, reason: 'not-in-group' }],
    });
    expect(duplicates.removable(identical, [copy]).allowed).toEqual([{ photoId: copy, survivor: b }]);
    expect(duplicates.removable(near, [a, b, c]).allowed).toEqual([]);
    catalog.photos.delete(a);
    expect(duplicates.removable(near, [b]).refused).toEqual([{ photoId: b, reason: 'not-in-group' }]);
    expect(duplicates.removable(identical, [copy]).allowed).toEqual([{ photoId: copy, survivor: b }]);
    catalog.folders.setRole(folderId, 'protected');
    expect(duplicates.removable(identical, [copy]).refused).toEqual([{ photoId: copy, reason: 'protected' }]);
  });
});

describe('files', () => {
  it('name groups, photos and how they differ; nothing in them runs as a formula', () => {
    const [a, b] = [put('a "1".jpg'), put('b,é.jpg', { size: 20 })];
    match(a, b, { edits: ['resized', 'grey'], overlapA: 0.75, certainty: 0.5 });
    match(b, put('c.jpg', { folder: folderId }), { certainty: 0.5 });
    const inFolder = (name: string) => path.join(root, 'photos', name);
    const text = (format: 'csv' | 'json') =>
      new TextDecoder('utf-8', { ignoreBOM: true }).decode(
        duplicates.export({ ...near, order: 'size', format }).content,
      );
    expect(JSON.parse(text('json'))).toEqual([
      {
        kind: 'near-duplicate',
        keeper: inFolder('a "1".jpg'),
        members: [
          {
            path: inFolder('b,é.jpg'),
            edit: 'resized',
            edits: ['resized', 'grey'],
            overlap: 0.75,
            certainty: 0.5,
            bytes: 20,
            protected: false,
          },
        ],
        related: [inFolder('c.jpg')],
        certainty: 0.5,
        bytes: 20,
        keeperBytes: 1000,
      },
    ]);
    expect(text('csv').split('\r\n')).toEqual([
      '\ufeffgroup,kind,role,path,edits,overlap,certainty,bytes,protected',
      `1,"near-duplicate","keeper","${inFolder('a ""1"".jpg')}",,,,1000,`,
      `1,"near-duplicate","member","${inFolder('b,é.jpg')}","resized grey",0.75,0.5,20,""`,
      `1,"near-duplicate","related","${inFolder('c.jpg')}",,,,,`,
      '',
    ]);
    expect(duplicates.export({ ...scene, order: 'size', format: 'json' }).content).toEqual(
      new TextEncoder().encode('[]\n'),
    );
  });
});
