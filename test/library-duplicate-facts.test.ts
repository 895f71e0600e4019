import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openCatalog } from '../src/catalog/catalog.ts';
import type { Catalog } from '../src/catalog/catalog.ts';
import { textToByteString } from '../src/catalog/path-bytes.ts';
import { readFacts } from '../src/library-duplicate-facts.ts';
import { LibraryPhotos } from '../src/library-photos.ts';
import { putPhoto } from './catalog/rows.ts';

let root: string;
let catalog: Catalog;
let folderId: number;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'akin-facts-'));
  catalog = openCatalog(path.join(root, 'library')).catalog;
  folderId = catalog.folders.add(textToByteString(root));
});

afterEach(() => {
  catalog.close();
  rmSync(root, { recursive: true, force: true });
});

it('facts of photos are what their files and sidecars say; of a file that is gone there are none', async () => {
  const content = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
    .withExif({
      IFD0: { Model: 'Test Cam', Copyright: 'A <b>\u0001B' },
      IFD2: { FNumber: '28/10', DateTimeOriginal: '2001:02:03 04:05:06', MakerNote: 'secret' },
    })
    .jpeg()
    .toBuffer();
  const [a, gone] = ['a.jpg', 'gone.jpg'].map((name) => putPhoto(catalog, folderId, name)) as [
    number,
    number,
  ];
  writeFileSync(path.join(root, 'a.jpg'), content);
  writeFileSync(
    path.join(root, 'a.jpg.xmp'),
    `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
     <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"
       xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:subject><rdf:Bag><rdf:li>sea</rdf:li><rdf:li>sky</rdf:li>
     </rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>`,
  );
  const [of, none, unknown] = await readFacts(new LibraryPhotos(catalog), [a, gone, 999]);
  const byName = Object.fromEntries(of!.facts.map(({ name, value }) => [name, value]));
  expect(of!.photoId).toBe(a);
  expect(byName).toMatchObject({
    Model: 'Test Cam',
    Copyright: 'A <b> B',
    FNumber: '2.8',
    DateTimeOriginal: '2001-02-03 04:05:06',
    'xmp:Rating': '4',
    'dc:subject': 'sea, sky',
  });
  expect(byName).not.toHaveProperty('MakerNote');
  expect([none, unknown]).toEqual([
    { photoId: gone, facts: [] },
    { photoId: 999, facts: [] },
  ]);
});
