/** Writes annotations into an XMP packet, new or there before, without losing anything of what it holds. */
import { readAnnotations } from './annotations.ts';
import type { Annotations } from './annotations.ts';
import { formatXmpPosition } from './position.ts';
import {
  attributePrefix,
  attributesName,
  attributesOf,
  buildXmp,
  contentOf,
  descriptionsOf,
  escapeXml,
  findRdf,
  namespaces,
  nameOf,
  parseXmp,
  propertiesOf,
  textName,
  usualNames,
} from './xmp.ts';
import type { XmlNode, XmpProperty } from './xmp.ts';

const emptyPacket = `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="${namespaces.rdf}">
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
`;

/** What each kind of annotation is called in XMP. */
const names = {
  rating: ['xmp:Rating'],
  keywords: ['dc:subject'],
  caption: ['dc:description'],
  position: ['exif:GPSLatitude', 'exif:GPSLongitude'],
} as const;

/**
 * @param packet of the sidecar; null where there is none yet
 * @param additions each replaces what the packet says of that kind; null and no keywords leave it
 * @returns the whole new packet; null where the given one cannot be understood, or would lose something
 */
export function mergeXmp(packet: Uint8Array | null, additions: Annotations): string | null {
  const tree = parseXmp(packet ?? Buffer.from(emptyPacket));
  const root = tree && findRdf(tree);
  if (!tree || !root) return null;
  const before = propertiesOf(tree);
  const added = elementsOf(additions);
  const replaced = new Set(added.map(({ name }) => name));
  dropProperties(tree, replaced);
  contentOf(root).push(
    descriptionOf(root, added),
    // A packet of ours has a line for each.
    { [textName]: '\n' },
  );
  const text = `${buildXmp(tree).trim()}\n`;
  const after = parseXmp(Buffer.from(text));
  const kept = before.filter(({ name }) => !replaced.has(name));
  return after && holds(propertiesOf(after), kept, additions) ? text : null;
}

interface Element {
  name: string;
  list?: 'Bag' | 'Alt';
  values: string[];
}

function elementsOf({ rating, keywords, caption, position }: Annotations): Element[] {
  const elements: Element[] = [];
  if (rating !== null) elements.push({ name: names.rating[0], values: [String(rating)] });
  if (keywords.length > 0) elements.push({ name: names.keywords[0], list: 'Bag', values: keywords });
  if (caption !== null) elements.push({ name: names.caption[0], list: 'Alt', values: [caption] });
  if (position) {
    const values = formatXmpPosition(position);
    names.position.forEach((name, at) => elements.push({ name, values: [values[at] ?? ''] }));
  }
  return elements;
}

/** A property may stand in a packet only once. */
function dropProperties(tree: readonly XmlNode[], dropped: ReadonlySet<string>): void {
  const usual = usualNames(tree);
  for (const description of descriptionsOf(tree)) {
    const attributes = (description[attributesName] ?? {}) as Record<string, unknown>;
    for (const [name] of attributesOf(description)) {
      if (dropped.has(usual(name))) delete attributes[`${attributePrefix}${name}`];
    }
    const content = contentOf(description);
    for (let at = content.length - 1; at >= 0; at--) {
      if (dropped.has(usual(nameOf(content[at] ?? {})))) content.splice(at, 1);
    }
  }
}

/** With its own namespaces, as the packet may use the prefixes for others. */
function descriptionOf(root: XmlNode, elements: readonly Element[]): XmlNode {
  const rdf = nameOf(root).replace(/:RDF$/, '');
  const qualified = (name: string) => `${rdf}:${name}`;
  // All descriptions of a packet are about one thing, and have to say so alike.
  const about = contentOf(root)
    .flatMap(attributesOf)
    .find(([name]) => name === qualified('about'));
  const attributes: Record<string, string> = {
    [`${attributePrefix}${qualified('about')}`]: about?.[1] ?? '',
  };
  for (const { name } of elements) {
    const prefix = name.slice(0, name.indexOf(':'));
    attributes[`${attributePrefix}xmlns:${prefix}`] = namespaces[prefix] ?? '';
  }
  const content = elements.map(({ name, list, values }): XmlNode => {
    const texts = values.map((value) => [{ [textName]: escapeXml(value) }]);
    if (!list) return { [name]: texts.flat() };
    const language =
      list === 'Alt' ? { [attributesName]: { [`${attributePrefix}xml:lang`]: 'x-default' } } : {};
    const items = texts.map((text) => ({ [qualified('li')]: text, ...language }));
    return { [name]: [{ [qualified(list)]: items }] };
  });
  return { [qualified('Description')]: content, [attributesName]: attributes };
}

/** Whether the new packet says all that it should: nothing is written that would lose something. */
function holds(found: readonly XmpProperty[], kept: readonly XmpProperty[], additions: Annotations): boolean {
  const all = new Set(found.map((property) => JSON.stringify(property)));
  if (!kept.every((property) => all.has(JSON.stringify(property)))) return false;
  const { rating, keywords, caption } = readAnnotations({ exif: undefined, xmp: found });
  return (
    (additions.rating ?? rating) === rating &&
    additions.keywords.every((keyword) => keywords.includes(keyword)) &&
    (additions.caption ?? caption) === caption
  );
}
