/**
 * The safetensors format (https://huggingface.co/docs/safetensors): eight bytes with the length of a JSON header,
 * the header, then the tensors one after the other without gaps.
 */
import { z } from 'zod';
import { AkinError } from '../errors.ts';
import { halfFromSingle, singleFromHalf } from './half.ts';
import { elementCount } from './tensor.ts';
import type { Tensor } from './tensor.ts';

const bytesOf = { F16: 2, F32: 4 } as const;
/** How the values lie in the file; in memory they are always single precision. */
export type FloatFormat = keyof typeof bytesOf;

/** The limit of the format's reference implementation. */
const longestHeader = 100_000_000;
const lengthBytes = 8;

const entrySchema = z.strictObject({
  dtype: z.enum(['F16', 'F32']),
  shape: z.array(z.int().nonnegative()).max(8),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});

/**
 * Reads tensors of half or single precision. `owner` is the path that an error names.
 * @throws AkinError `model-damaged` for anything that is not exactly such a file
 */
export function decodeSafetensors(content: Uint8Array, owner: string): Map<string, Tensor> {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  if (content.byteLength < lengthBytes) throw damaged(owner, 'the file is too short');
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > longestHeader || lengthBytes + headerLength > content.byteLength) {
    throw damaged(owner, 'the header is longer than the file');
  }
  const entries = parseHeader(content.subarray(lengthBytes, lengthBytes + headerLength), owner);
  const start = lengthBytes + headerLength;
  const tensors = new Map<string, Tensor>();
  let end = 0;
  for (const [name, { dtype, shape, data_offsets: offsets }] of entries) {
    const count = elementCount(shape);
    const fits = offsets[0] === end && offsets[1] - offsets[0] === count * bytesOf[dtype];
    if (!fits || start + offsets[1] > content.byteLength)
      throw damaged(owner, `${name} does not fit its place`);
    end = offsets[1];
    tensors.set(name, { shape, data: readFloats(view, start + offsets[0], count, dtype) });
  }
  if (start + end !== content.byteLength) throw damaged(owner, 'the file holds more than its header names');
  return tensors;
}

/**
 * Writes tensors, in the order of their names, so that the same tensors always give the same bytes.
 * @throws RangeError when a tensor's data do not fill its shape, or a value does not fit half precision
 */
export function encodeSafetensors(tensors: ReadonlyMap<string, Tensor>, format: FloatFormat): Uint8Array {
  const names = [...tensors.keys()].sort();
  const header: Record<string, z.infer<typeof entrySchema>> = Object.create(null) as typeof header;
  let end = 0;
  for (const name of names) {
    const { shape, data } = tensors.get(name)!;
    if (elementCount(shape) !== data.length) throw new RangeError(`${name} does not fill its shape`);
    const start = end;
    end += data.length * bytesOf[format];
    header[name] = { dtype: format, shape: [...shape], data_offsets: [start, end] };
  }
  // Padded with spaces, as the reference implementation does, so that the values lie aligned.
  const text = JSON.stringify(header);
  const headerBytes = new TextEncoder().encode(text);
  const headerLength = Math.ceil(headerBytes.length / 8) * 8;
  const content = new Uint8Array(lengthBytes + headerLength + end);
  const view = new DataView(content.buffer);
  view.setBigUint64(0, BigInt(headerLength), true);
  content.set(headerBytes, lengthBytes);
  content.fill(0x20, lengthBytes + headerBytes.length, lengthBytes + headerLength);
  let offset = lengthBytes + headerLength;
  for (const name of names) {
    const { data } = tensors.get(name)!;
    writeFloats(view, offset, data, format);
    offset += data.length * bytesOf[format];
  }
  return content;
}

/** The header's tensors, in the order in which they lie in the file. */
function parseHeader(bytes: Uint8Array, owner: string): [string, z.infer<typeof entrySchema>][] {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new AkinError('model-damaged', { path: owner, reason: 'the header is not JSON' }, { cause: error });
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw damaged(owner, 'the header is not a list of tensors');
  }
  const entries: [string, z.infer<typeof entrySchema>][] = [];
  for (const [name, value] of Object.entries(json)) {
    if (name === '__metadata__') continue;
    const entry = entrySchema.safeParse(value);
    if (!entry.success) throw damaged(owner, `${name} is not a tensor of half or single precision`);
    entries.push([name, entry.data]);
  }
  return entries.sort(
    ([, one], [, other]) =>
      one.data_offsets[0] - other.data_offsets[0] || one.data_offsets[1] - other.data_offsets[1],
  );
}

function readFloats(view: DataView, offset: number, count: number, format: FloatFormat): Float32Array {
  const values = new Float32Array(count);
  if (format === 'F32') {
    for (let index = 0; index < count; index++) values[index] = view.getFloat32(offset + index * 4, true);
  } else {
    for (let index = 0; index < count; index++) {
      values[index] = singleFromHalf(view.getUint16(offset + index * 2, true));
    }
  }
  return values;
}

function writeFloats(view: DataView, offset: number, values: Float32Array, format: FloatFormat): void {
  for (const [index, value] of values.entries()) {
    if (format === 'F32') {
      view.setFloat32(offset + index * 4, value, true);
      continue;
    }
    const half = halfFromSingle(value);
    if (Number.isFinite(value) && !Number.isFinite(singleFromHalf(half))) {
      throw new RangeError(`${value} does not fit half precision`);
    }
    view.setUint16(offset + index * 2, half, true);
  }
}

function damaged(owner: string, reason: string): AkinError {
  return new AkinError('model-damaged', { path: owner, reason });
}
