import { chmod, mkdtemp, readFile, readdir, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { textToByteString } from '../../src/catalog/path-bytes.ts';
import { readAnnotations } from '../../src/ingest/annotations.ts';
import { mergeMetadata, readSidecar } from '../../src/ingest/sidecar.ts';
import { mergeXmp } from '../../src/ingest/xmp-merge.ts';
import { parseXmp, propertiesOf } from '../../src/ingest/xmp.ts';

const rdf = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"';
const xmp = 'xmlns:xmp="http://ns.adobe.com/xap/1.0/"';
const dc = 'xmlns:dc="http://purl.org/dc/elements/1.1/"';

function packet(description: string): string {
  return `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF ${rdf}>${description}</rdf:RDF></x:xmpmeta>`;
}

const rated = packet(`<rdf:Description rdf:about="" ${xmp} xmp:Rating="4"/>`);
const keyed = (...keywords: string[]) =>
  packet(
    `<rdf:Description rdf:about="" ${dc}><dc:subject><rdf:Bag>${keywords
      .map((keyword) => `<rdf:li>${keyword}</rdf:li>`)
      .join('')}</rdf:Bag></dc:subject></rdf:Description>`,
  );

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'akin-sidecar-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (name: string) => path.join(folder, name);
const bytesOf = (name: string) => textToByteString(at(name));
const textOf = (name: string) => readFile(at(name), 'utf8');

async function photo(name: string, { exif = {}, embedded = '' } = {}): Promise<void> {
  let picture = sharp({ create: { width: 8, height: 8, channels: 3, background: '#888' } }).withExif(exif);
  if (embedded) picture = picture.withXmp(embedded);
  await picture.jpeg().toFile(at(name));
}

async function annotations(name: string) {
  return readAnnotations({ exif: undefined, xmp: await readSidecar(bytesOf(name)) });
}

const merge = (survivor: string, ...removed: string[]) =>
  mergeMetadata(bytesOf(survivor), removed.map(bytesOf));

describe('merging', () => {
  it('writes what only the removed copies have, and leaves the photo alone', async () => {
    await photo('kept.jpg', { embedded: keyed('sea') });
    await photo('rated.jpg', { embedded: rated });
    await photo('placed.jpg', {
      exif: {
        IFD0: { ImageDescription: 'A day <out> & "about"' },
        IFD3: {
          GPSLatitudeRef: 'S',
          GPSLatitude: '52/1 31/1 1200/100',
          GPSLongitudeRef: 'W',
          GPSLongitude: '13/1 24/1 0/1',
        },
      },
      embedded: keyed('sea', 'sun &amp; sand'),
    });
    const before = await readFile(at('kept.jpg'));
    expect(await merge('kept.jpg', 'rated.jpg', 'placed.jpg')).toEqual({ sidecar: bytesOf('kept.jpg.xmp') });
    const { position, ...found } = await annotations('kept.jpg');
    expect(found).toEqual({
      rating: 4,
      keywords: ['sea', 'sun & sand'],
      caption: 'A day <out> & "about"',
    });
    expect(position?.latitude).toBeCloseTo(-(52 + 31 / 60 + 12 / 3600), 6);
    expect(position?.longitude).toBeCloseTo(-13.4, 6);
    expect(await readFile(at('kept.jpg'))).toEqual(before);
    expect((await readdir(folder)).sort()).toEqual(['kept.jpg', 'kept.jpg.xmp', 'placed.jpg', 'rated.jpg']);
  });

  it('overrules nothing that the survivor says, in itself or beside it', async () => {
    await photo('kept.jpg', { embedded: rated });
    await writeFile(at('kept.xmp'), keyed('mine'));
    await photo('copy.jpg', { embedded: keyed('mine') });
    await writeFile(at('copy.jpg.xmp'), rated.replace('"4"', '"2"'));
    expect(await merge('kept.jpg', 'copy.jpg')).toBeNull();
    expect(await textOf('kept.xmp')).toBe(keyed('mine'));
  });

  it('takes what the sidecars of the copies say, the best rating first', async () => {
    await photo('kept.jpg');
    for (const [name, stars] of [
      ['one', 2],
      ['two', 5],
      ['three', -1],
    ]) {
      await photo(`${name}.jpg`);
      await writeFile(at(`${name}.xmp`), rated.replace('"4"', `"${stars}"`));
    }
    await merge('kept.jpg', 'one.jpg', 'two.jpg', 'three.jpg');
    expect((await annotations('kept.jpg')).rating).toBe(5);
  });

  it('writes into the sidecar that is there, in whose own words everything else stays', async () => {
    await photo('kept.cr2.jpg');
    await photo('copy.jpg', { embedded: keyed('new') });
    const own = `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?><!-- mine -->
<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
 <r:Description r:about="uuid:7" xmlns:my="urn:my" my:quoted='say "x" &amp; y' xmlns:d="http://purl.org/dc/elements/1.1/">
  <d:subject><r:Bag><r:li>old</r:li></r:Bag></d:subject>
  <my:steps><r:Seq><r:li r:parseType="Resource"><my:what><![CDATA[a<b]]></my:what></r:li></r:Seq></my:steps>
 </r:Description></r:RDF></x:xmpmeta>
<?xpacket end="w"?>`;
    await writeFile(at('kept.cr2.xmp'), own);
    await merge('kept.cr2.jpg', 'copy.jpg');
    const text = await textOf('kept.cr2.xmp');
    for (const piece of [
      '<!-- mine -->',
      'uuid:7',
      '<![CDATA[a<b]]>',
      'xmlns:my="urn:my"',
      '<?xpacket end="w"?>',
    ])
      expect(text).toContain(piece);
    expect(propertiesOf(parseXmp(Buffer.from(text)) ?? [])).toContainEqual({
      name: 'my:quoted',
      values: ['say "x" & y'],
    });
    expect((await annotations('kept.cr2.jpg')).keywords).toEqual(['old', 'new']);
    expect(text.match(/<\w+:subject/g)).toHaveLength(1);
    expect(text.match(/<r:Description r:about="uuid:7"/g)).toHaveLength(2);
    await expect(stat(at('kept.cr2.jpg.xmp'))).rejects.toThrow();
  });

  it('twice is as once', async () => {
    await photo('kept.jpg');
    await photo('copy.jpg', { embedded: keyed('a', 'b') });
    await merge('kept.jpg', 'copy.jpg');
    const once = await textOf('kept.jpg.xmp');
    expect(await merge('kept.jpg', 'copy.jpg')).toBeNull();
    expect(await textOf('kept.jpg.xmp')).toBe(once);
  });

  it('a link stays a link, and the mode of the file stays', async () => {
    await photo('kept.jpg');
    await photo('copy.jpg', { embedded: rated });
    await writeFile(at('elsewhere'), keyed('x'));
    await chmod(at('elsewhere'), 0o640);
    await symlink(at('elsewhere'), at('kept.xmp'));
    await merge('kept.jpg', 'copy.jpg');
    expect(await readlink(at('kept.xmp'))).toBe(at('elsewhere'));
    expect((await stat(at('elsewhere'))).mode & 0o777).toBe(0o640);
    expect(await annotations('kept.jpg')).toMatchObject({ rating: 4, keywords: ['x'] });
  });

  it('names may be any bytes', async () => {
    await photo('copy.jpg', { embedded: rated });
    const name = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0xe9]), Buffer.from('.jpg')]);
    await writeFile(name, await readFile(at('copy.jpg')));
    const survivor = at('plain.jpg');
    await photo('plain.jpg');
    await mergeMetadata(textToByteString(survivor), [name.toString('latin1')]);
    expect((await annotations('plain.jpg')).rating).toBe(4);
    await photo('other.jpg', { embedded: keyed('k') });
    const written = await mergeMetadata(name.toString('latin1'), [bytesOf('other.jpg')]);
    expect(written).toEqual({ sidecar: `${name.toString('latin1')}.xmp` });
    expect(await readFile(Buffer.concat([name, Buffer.from('.xmp')]), 'utf8')).toContain(
      '<rdf:li>k</rdf:li>',
    );
  });

  it('a damaged copy gives what its sidecar says; one that is gone is an error', async () => {
    await photo('kept.jpg');
    await writeFile(at('broken.jpg'), 'no picture');
    await writeFile(at('broken.xmp'), rated);
    await merge('kept.jpg', 'broken.jpg');
    expect((await annotations('kept.jpg')).rating).toBe(4);
    await expect(merge('kept.jpg', 'gone.jpg')).rejects.toMatchObject({ code: 'photo-missing' });
  });
});

describe('hostile sidecars', () => {
  const bomb = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "${'&a;'.repeat(50)}"><!ENTITY c "${'&b;'.repeat(50)}">]>${rated.replace('"4"', '"&c;"')}`;

  it.each([
    ['a bomb of entities', bomb],
    ['an entity of the system', `<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>${keyed('&f;')}`],
    ['no XML', 'rating: 5'],
    ['an end too early', rated.slice(0, -20)],
    ['other XML', '<html><body/></html>'],
    ['nothing', ''],
    [
      'RDF without a prefix',
      '<RDF xmlns="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><Description about=""/></RDF>',
    ],
    ['elements without end', packet('<a>'.repeat(5000))],
    ['too many levels', packet(`${'<a>'.repeat(5000)}${'</a>'.repeat(5000)}`)],
    ['too much', packet(`<!--${' '.repeat(5 << 20)}-->`)],
  ])('%s reads as nothing and is never written over', async (_name, text) => {
    await photo('kept.jpg');
    await photo('copy.jpg', { embedded: keyed('k') });
    await writeFile(at('kept.jpg.xmp'), text);
    expect(await readSidecar(bytesOf('kept.jpg'))).toEqual([]);
    await expect(merge('kept.jpg', 'copy.jpg')).rejects.toMatchObject({
      code: 'sidecar-damaged',
      details: { path: at('kept.jpg.xmp') },
    });
    expect(await textOf('kept.jpg.xmp')).toBe(text);
    expect((await readdir(folder)).sort()).toEqual(['copy.jpg', 'kept.jpg', 'kept.jpg.xmp']);
  });

  it('names of prototypes are only names', () => {
    const found = parseXmp(
      Buffer.from(
        packet(
          '<rdf:Description __proto__="1" constructor="2"><a:__proto__>3</a:__proto__></rdf:Description>',
        ),
      ),
    );
    if (found) propertiesOf(found);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.prototype.toString.call({})).toBe('[object Object]');
  });
});

describe('any text', () => {
  const word = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
    .map((text) => text.replace(/\p{Cc}+|\p{Cs}+|[\ufffe\uffff]/gu, ' ').trim())
    .filter((text) => text !== '');

  it('comes back as it was, and again after another merge', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(word, { maxLength: 8 }),
        fc.option(word),
        fc.option(fc.integer({ min: 1, max: 5 })),
        fc.option(
          fc.record({
            latitude: fc.double({ min: -90, max: 90, noNaN: true }),
            longitude: fc.double({ min: 1, max: 180, noNaN: true }),
          }),
        ),
        (keywords, caption, rating, position) => {
          const first = mergeXmp(null, { keywords, caption, rating, position });
          expect(first).not.toBeNull();
          const none = { keywords: [], caption: null, rating: null, position: null };
          const second = mergeXmp(Buffer.from(first ?? ''), { ...none, keywords: ['added'] });
          const found = readAnnotations({
            exif: undefined,
            xmp: propertiesOf(parseXmp(Buffer.from(second ?? '')) ?? []),
          });
          expect(found).toMatchObject({ keywords: ['added'], rating, caption });
          const read = readAnnotations({
            exif: undefined,
            xmp: propertiesOf(parseXmp(Buffer.from(first ?? '')) ?? []),
          });
          expect(read.keywords).toEqual(keywords);
          expect(read.rating).toBe(rating);
          if (position) {
            expect(found.position?.latitude).toBeCloseTo(position.latitude, 6);
            expect(found.position?.longitude).toBeCloseTo(position.longitude, 6);
          } else expect(found.position).toBeNull();
        },
      ),
      { numRuns: 300 },
    );
  });
});
