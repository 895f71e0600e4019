/** Local features as bytes, for the catalog: 68 a keypoint. */
import { localDimensions, countOf } from './features.ts';
import type { LocalFeatures } from './features.ts';

/** Of the layout below; it changes when the layout does. */
const form = 1;
/** Form, count, width and height, each four bytes, little-endian as all that follows. */
const headerBytes = 16;
/** Positions are kept in steps of 1/16 of a pixel, of which two bytes count 65,536. */
const stepsOfPixel = 16;
const largestSize = 65_536 / stepsOfPixel;
const positionBytes = 4;

/**
 * Writes features as their positions, then their descriptors.
 * @throws RangeError when a position lies outside the picture, or beyond pixel 4096
 */
export function encodeFeatures(features: LocalFeatures): Uint8Array {
  const { width, height, positions, descriptors } = features;
  const count = countOf(features);
  const content = new Uint8Array(encodedLength(count));
  const view = new DataView(content.buffer);
  for (const [index, value] of [form, count, width, height].entries()) view.setUint32(index * 4, value, true);
  for (const [index, position] of positions.entries()) {
    const size = index % 2 === 0 ? width : height;
    if (!(position >= 0 && position < Math.min(size, largestSize))) {
      throw new RangeError(`A keypoint lies at ${position} of ${size} pixels`);
    }
    // What is rounded up may not leave the picture.
    const step = Math.min(
      Math.round(position * stepsOfPixel),
      Math.min(size, largestSize) * stepsOfPixel - 1,
    );
    view.setUint16(headerBytes + index * 2, step, true);
  }
  const bytes = new Uint8Array(descriptors.buffer, descriptors.byteOffset, descriptors.length);
  content.set(bytes, headerBytes + count * positionBytes);
  return content;
}

/**
 * Reads what `encodeFeatures` wrote.
 * @throws RangeError when it is anything else
 */
export function decodeFeatures(content: Uint8Array): LocalFeatures {
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  if (content.length < headerBytes) throw damaged('they are too short');
  const [foundForm, count, width, height] = [0, 4, 8, 12].map((at) => view.getUint32(at, true)) as [
    number,
    number,
    number,
    number,
  ];
  if (foundForm !== form) throw damaged(`they have the form ${foundForm}`);
  if (content.length !== encodedLength(count)) throw damaged(`they are no ${count} keypoints`);
  if (width === 0 || height === 0) throw damaged('their picture has no size');
  const positions = new Float32Array(count * 2);
  for (const index of positions.keys()) {
    const position = view.getUint16(headerBytes + index * 2, true) / stepsOfPixel;
    if (position >= (index % 2 === 0 ? width : height)) throw damaged('a keypoint lies outside the picture');
    positions[index] = position;
  }
  // Not by `slice`, which for a Buffer gives no bytes of its own.
  const descriptors = new Int8Array(content.subarray(headerBytes + count * positionBytes));
  return { width, height, positions, descriptors };
}

function encodedLength(count: number): number {
  return headerBytes + count * (positionBytes + localDimensions);
}

function damaged(reason: string): RangeError {
  return new RangeError(`These bytes are no local features: ${reason}`);
}
