/**
 * XMP packets: what people and their programs wrote about a photo (ISO 16684-1, RDF/XML). They come from strangers:
 * a packet that is too long, declares entities or is no XML reads as none, and no entity but XML's own is expanded.
 */
import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser';

/** A property by its usual name, as `dc:subject`, whatever prefix the packet itself chose. */
export interface XmpProperty {
  name: string;
  /** One for a simple property, one for each item of a list. */
  values: string[];
}

/** An element (one name, its content), or a text; attributes are under `:@`. The order of all is kept. */
export type XmlNode = Record<string, unknown>;

export const attributesName = ':@';
export const attributePrefix = '@_';
export const textName = '#text';
const rdf = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
export const namespaces: Readonly<Record<string, string>> = {
  rdf,
  dc: 'http://purl.org/dc/elements/1.1/',
  xmp: 'http://ns.adobe.com/xap/1.0/',
  exif: 'http://ns.adobe.com/exif/1.0/',
  exifEX: 'http://cipa.jp/exif/1.0/',
  tiff: 'http://ns.adobe.com/tiff/1.0/',
  aux: 'http://ns.adobe.com/exif/1.0/aux/',
  photoshop: 'http://ns.adobe.com/photoshop/1.0/',
  lr: 'http://ns.adobe.com/lightroom/1.0/',
};
const usualPrefixes = new Map(Object.entries(namespaces).map(([prefix, uri]) => [uri, prefix]));

const maximumBytes = 4 << 20;

// Text stays as it stands in the file, so that what is written back is what was read.
const form = {
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: attributePrefix,
  textNodeName: textName,
  commentPropName: '#comment',
  cdataPropName: '#cdata',
  processEntities: false,
  maxNestedTags: 60,
} as const;
const parser = new XMLParser({
  ...form,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  // The builder encloses every value in this kind of quote.
  attributeValueProcessor: (_name, value) => value.replaceAll('"', '&quot;'),
});
const builder = new XMLBuilder({ ...form, suppressBooleanAttributes: false });

/** The tree of a packet; null for what is none. */
export function parseXmp(packet: Uint8Array): XmlNode[] | null {
  if (packet.byteLength > maximumBytes) return null;
  const text = new TextDecoder().decode(packet).replace(/\0+$/, '').trim();
  // XMP has no use for a document type; the bombs of entities have.
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) return null;
  try {
    if (XMLValidator.validate(text) !== true) return null;
    const tree = parser.parse(text) as XmlNode[];
    return findRdf(tree) ? tree : null;
  } catch {
    return null;
  }
}

/** The properties of a packet; none of what is no packet. */
export function readXmp(packet: Uint8Array): XmpProperty[] {
  const tree = parseXmp(packet);
  return tree ? propertiesOf(tree) : [];
}

/** The text of a tree. @throws what the builder throws on a tree that is too deep */
export function buildXmp(tree: readonly XmlNode[]): string {
  return builder.build(tree);
}

/** All properties of a tree at its top level; structures within structures are left out. */
export function propertiesOf(tree: readonly XmlNode[]): XmpProperty[] {
  const usual = usualNames(tree);
  const found: XmpProperty[] = [];
  for (const description of descriptionsOf(tree)) {
    for (const [name, value] of attributesOf(description)) {
      const property = usual(name);
      if (/^(?:xmlns|xml|rdf)(?::|$)/.test(property)) continue;
      found.push({ name: property, values: [unescapeXml(value)] });
    }
    for (const child of contentOf(description)) {
      const name = nameOf(child);
      if (!name.includes(':')) continue;
      const values = valuesOf(child, usual).map((value) => value.trim());
      if (values.some((value) => value !== '')) found.push({ name: usual(name), values });
    }
  }
  return found;
}

/** Turns the prefixes of a packet into the usual ones. */
export function usualNames(tree: readonly XmlNode[]): (name: string) => string {
  const prefixes = new Map<string, string>();
  const visit = (nodes: readonly XmlNode[]) => {
    for (const node of nodes) {
      for (const [name, uri] of attributesOf(node)) {
        const usual = usualPrefixes.get(uri);
        if (name.startsWith('xmlns:') && usual) prefixes.set(name.slice('xmlns:'.length), usual);
      }
      visit(contentOf(node));
    }
  };
  visit(tree);
  return (name) => {
    const colon = name.indexOf(':');
    const usual = colon > 0 ? prefixes.get(name.slice(0, colon)) : undefined;
    return usual ? `${usual}${name.slice(colon)}` : name;
  };
}

/** The `rdf:RDF` element, below `x:xmpmeta` or alone. Nobody writes RDF as the namespace without a prefix. */
export function findRdf(tree: readonly XmlNode[]): XmlNode | undefined {
  for (const node of tree) {
    if (nameOf(node).endsWith(':RDF')) return node;
    const inside = findRdf(contentOf(node));
    if (inside) return inside;
  }
  return undefined;
}

export function descriptionsOf(tree: readonly XmlNode[]): XmlNode[] {
  const root = findRdf(tree);
  return root ? contentOf(root).filter((node) => nameOf(node).endsWith(':Description')) : [];
}

/** The name of an element; a text, a comment or the like has one with `#`. */
export function nameOf(node: XmlNode): string {
  return Object.keys(node).find((key) => key !== attributesName) ?? '';
}

/** The nodes inside an element, to be changed in place; none in a text. */
export function contentOf(node: XmlNode): XmlNode[] {
  const content = node[nameOf(node)];
  return Array.isArray(content) ? (content as XmlNode[]) : [];
}

/** Names and values, as they stand in the file. */
export function attributesOf(node: XmlNode): [name: string, value: string][] {
  const attributes = (node[attributesName] ?? {}) as Record<string, unknown>;
  return Object.entries(attributes).map(([key, value]) => [
    key.slice(attributePrefix.length),
    typeof value === 'string' ? value : '',
  ]);
}

export function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0) ?? 0};`);
}

function valuesOf(property: XmlNode, usual: (name: string) => string): string[] {
  const content = contentOf(property);
  const list = content.find((node) => /^rdf:(?:Bag|Seq|Alt)$/.test(usual(nameOf(node))));
  if (!list) return [textOf(property)];
  return contentOf(list)
    .filter((node) => usual(nameOf(node)) === 'rdf:li')
    .map(textOf);
}

function textOf(node: XmlNode): string {
  return contentOf(node)
    .map((inside) => {
      const text = inside[textName];
      if (typeof text === 'string') return unescapeXml(text);
      return nameOf(inside) === '#cdata' ? literalOf(inside) : '';
    })
    .join('');
}

function literalOf(section: XmlNode): string {
  return contentOf(section)
    .map((inside) => inside[textName])
    .filter((text) => typeof text === 'string')
    .join('');
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{1,8}));/gi, (whole, decimal, hex, name) => {
    if (name) return entities[name as string] ?? (whole as string);
    const code = decimal ? Number(decimal) : Number.parseInt(hex as string, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
  });
}
