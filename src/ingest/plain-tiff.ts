/**
 * Pixels as a TIFF in memory: libvips takes pixels alone as well, but no colour profile with them. Nothing is
 * compressed, so that it costs no more than a copy.
 */

export interface PlainTiff {
  /** The whole file. */
  file: Uint8Array<ArrayBuffer>;
  /** Where the first row of pixels goes in it; the others follow without a gap. */
  pixelsAt: number;
}

const headerBytes = 8;
const entryBytes = 12;
const stripBytes = 1 << 20;

const short = 3;
const long = 4;
const undefinedType = 7;

/**
 * A file whose pixels are still to be filled in.
 * @param channels 3 for RGB, 4 for RGB and alpha, 8 bits each
 * @param profile ICC; without one it is sRGB
 */
export function plainTiff(
  { width, height, channels }: { width: number; height: number; channels: 3 | 4 },
  profile: Uint8Array | undefined,
): PlainTiff {
  const rowBytes = width * channels;
  // Decoders refuse strips of hundreds of megabytes.
  const rowsPerStrip = Math.max(1, Math.min(height, Math.floor(stripBytes / rowBytes)));
  const strips = Math.ceil(height / rowsPerStrip);
  const hasAlpha = channels === 4;
  const entries = 10 + (hasAlpha ? 1 : 0) + (profile ? 1 : 0);
  const listsAt = headerBytes + 2 + entries * entryBytes + 4;
  const offsetsAt = listsAt + 2 * channels;
  const lengthsAt = offsetsAt + 4 * strips;
  const profileAt = lengthsAt + 4 * strips;
  const pixelsAt = profileAt + (profile?.length ?? 0);
  const file = new Uint8Array(pixelsAt + rowBytes * height);
  const view = new DataView(file.buffer);
  let at = headerBytes + 2;
  const entry = (tag: number, type: number, count: number, value: number) => {
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, type, true);
    view.setUint32(at + 4, count, true);
    // A short stands in the first half of its four bytes, as all is little-endian.
    view.setUint32(at + 8, value, true);
    at += entryBytes;
  };
  file.set([0x49, 0x49, 42, 0, headerBytes, 0, 0, 0, entries, 0]);
  entry(0x0100, long, 1, width);
  entry(0x0101, long, 1, height);
  entry(0x0102, short, channels, listsAt);
  entry(0x0103, short, 1, 1);
  entry(0x0106, short, 1, 2);
  entry(0x0111, long, strips, strips === 1 ? pixelsAt : offsetsAt);
  entry(0x0115, short, 1, channels);
  entry(0x0116, long, 1, rowsPerStrip);
  entry(0x0117, long, strips, strips === 1 ? rowBytes * height : lengthsAt);
  entry(0x011c, short, 1, 1);
  if (hasAlpha) entry(0x0152, short, 1, 2);
  if (profile) entry(0x8773, undefinedType, profile.length, profileAt);
  for (let channel = 0; channel < channels; channel++) view.setUint16(listsAt + 2 * channel, 8, true);
  for (let strip = 0; strip < strips; strip++) {
    const row = strip * rowsPerStrip;
    view.setUint32(offsetsAt + 4 * strip, pixelsAt + row * rowBytes, true);
    view.setUint32(lengthsAt + 4 * strip, Math.min(rowsPerStrip, height - row) * rowBytes, true);
  }
  if (profile) file.set(profile, profileAt);
  return { file, pixelsAt };
}
