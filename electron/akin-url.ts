/** What the addresses of the `akin:` scheme may name: the page's own files, and photos by id. */
export type AkinTarget =
  | { kind: 'page'; file: string }
  | { kind: 'thumbnail'; photoId: number }
  | { kind: 'photo'; photoId: number; longSide: number };

export const pageAddress = 'akin://app/index.html';

const longSides = { smallest: 512, largest: 8192, usual: 2048 };

/** Null for every address that names nothing; a path never leads out of the page's folder. */
export function parseAkinUrl(address: string): AkinTarget | null {
  const url = URL.parse(address);
  if (url?.protocol !== 'akin:') return null;
  if (url.host === 'app') {
    const file = /^\/((?:assets\/)?[\w-]+(?:\.[\w-]+)+)$/.exec(url.pathname)?.[1];
    return file ? { kind: 'page', file } : null;
  }
  const photoId = Number(/^\/([1-9]\d{0,14})$/.exec(url.pathname)?.[1]);
  if (!Number.isSafeInteger(photoId)) return null;
  if (url.host === 'thumbnail') return { kind: 'thumbnail', photoId };
  if (url.host !== 'photo') return null;
  const longSide = Number(url.searchParams.get('size') ?? longSides.usual);
  if (!Number.isInteger(longSide) || longSide < longSides.smallest || longSide > longSides.largest)
    return null;
  return { kind: 'photo', photoId, longSide };
}
