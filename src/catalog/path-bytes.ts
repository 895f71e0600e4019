/**
 * File names are bytes, not text: on Linux any byte but `/` and NUL may stand in one. Inside Akin a name is a byte
 * string (latin1, one character a byte), so that it can be compared and joined; it becomes text only for display.
 */

/** A path as bytes, one character (U+0000 to U+00FF) for each. */
export type ByteString = string;

export function toByteString(bytes: Uint8Array): ByteString {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

export function toBytes(path: ByteString): Buffer {
  return Buffer.from(path, 'latin1');
}

/** The bytes of ordinary text. */
export function textToByteString(text: string): ByteString {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** For people to read; bytes that are not UTF-8 show as U+FFFD. */
export function displayPath(path: ByteString): string {
  return toBytes(path).toString('utf8');
}

/** `folder/relative`; either may hold any bytes. */
export function joinPath(folder: ByteString, relative: ByteString): ByteString {
  return relative === '' ? folder : `${folder.replace(/\/+$/, '')}/${relative}`;
}

/** Whether `inner` is `outer` or lies in it. */
export function covers(outer: ByteString, inner: ByteString): boolean {
  return inner === outer || inner.startsWith(outer.endsWith('/') ? outer : `${outer}/`);
}
