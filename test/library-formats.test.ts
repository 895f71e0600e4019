/** HEIC, RAW and sidecars in a library: found, described, shown, and asked with. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openCatalog } from '../src/catalog/catalog.ts';
import { heicFile } from './ingest/heic-files.ts';
import { realPhoto } from './ingest/pictures.ts';
import { rawFiles } from './ingest/raw-files.ts';
import { LibraryFixture, never } from './library-fixture.ts';

let fixture: LibraryFixture;

beforeEach(async () => {
  fixture = new LibraryFixture();
  await fixture.open();
});

afterEach(() => fixture.close());

async function raws(name: string): Promise<Record<string, Buffer>> {
  const large = await sharp(realPhoto(name)).resize(1200, 800, { fit: 'cover' }).jpeg().toBuffer();
  const small = await sharp(large).resize(160).jpeg().toBuffer();
  return rawFiles({ large, small, orientation: 1, width: 6000, height: 4000 });
}

it('they are photos like others', async () => {
  await fixture.put('nagasaki-boats', 'march-pastoral', 'black-canyon');
  writeFileSync(fixture.file('IMG_1.HEIC'), heicFile('nagasaki-boats'));
  const { nef, cr3 } = await raws('black-canyon');
  writeFileSync(fixture.file('DSC_1.NEF'), nef!);
  writeFileSync(fixture.file('IMG_2.CR3'), cr3!);
  // What lies beside photos is none.
  writeFileSync(fixture.file('IMG_2.AAE'), '<plist/>');
  writeFileSync(
    fixture.file('DSC_1.xmp'),
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
      '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="5"/></rdf:RDF></x:xmpmeta>',
  );
  await fixture.library.addFolder(fixture.photos);
  expect(await fixture.library.index()).toMatchObject({ indexed: 6, failed: 0 });
  expect(
    fixture.library
      .facets()
      .formats.map(({ format }) => format)
      .sort(),
  ).toEqual(['cr3', 'heic', 'jpeg', 'nef']);

  const heic = fixture.idOf('IMG_1.HEIC');
  const first = async (photoId: number) => (await fixture.search(photoId, 1, never)).matches[0]?.photoId;
  expect(await first(heic)).toBe(fixture.idOf('nagasaki-boats.jpg'));
  expect(await first(fixture.idOf('DSC_1.NEF'))).toBe(fixture.idOf('IMG_2.CR3'));
  const asked = await fixture.searchPicture('dropped.heic', heicFile('nagasaki-boats'), 1);
  expect(asked.matches[0]).toMatchObject({ photoId: heic, tier: 'identical' });
  const content = readFileSync(fixture.file('IMG_2.CR3'));
  // The other RAW has the same preview: the two are equally alike.
  const { matches } = await fixture.searchPicture('dropped.cr3', content, 2);
  const same = matches.find(({ photoId }) => photoId === fixture.idOf('IMG_2.CR3'));
  expect(same?.tier).toBe('identical');

  expect(fixture.library.photo(fixture.idOf('DSC_1.NEF'))).toMatchObject({
    format: 'nef',
    width: 6000,
    height: 4000,
    camera: 'NIKON D750',
    takenAt: Date.UTC(2021, 4, 6, 7, 8, 9),
  });
  for (const [name, width] of [
    ['IMG_1.HEIC', 400],
    ['DSC_1.NEF', 1200],
    ['IMG_2.CR3', 1200],
  ] as const) {
    const rendering = await fixture.library.rendering(fixture.idOf(name), 2000);
    expect(await sharp(rendering.content).metadata()).toMatchObject({ format: 'jpeg', width });
    const thumbnail = await fixture.library.thumbnail(fixture.idOf(name));
    expect((await sharp(thumbnail.content).metadata()).format).toBe('jpeg');
  }
});

it('a sidecar makes a photo richer', async () => {
  const { arw } = await raws('march-pastoral');
  writeFileSync(fixture.file('a.arw'), arw!);
  // Another content, or the second would be a copy of the first.
  writeFileSync(fixture.file('b.arw'), Buffer.concat([arw!, Buffer.alloc(1)]));
  writeFileSync(
    fixture.file('b.arw.xmp'),
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" ' +
      'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="5"/></rdf:RDF>',
  );
  await fixture.library.addFolder(fixture.photos);
  await fixture.library.index();
  const ids = ['a.arw', 'b.arw'].map((name) => fixture.idOf(name));
  await fixture.library.close();
  const { catalog } = openCatalog(path.join(fixture.root, 'library'));
  const [plain = 0, rated = 0] = ids.map((photoId) => catalog.photos.get(photoId)?.richness);
  catalog.close();
  expect(plain).toBeGreaterThan(0);
  expect(rated).toBe(plain + 1);
});
