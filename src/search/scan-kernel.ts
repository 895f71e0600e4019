/**
 * The inner loop of a search: bounds of the scores of many quantised rows, in WebAssembly SIMD. The code is made for
 * one number of dimensions, so that a row is one straight run of instructions.
 *
 * A descriptor is kept as int8 steps with a scale, a query as steps of 14 bits. Their dot product is computed in
 * integers, exactly; what rounding to steps has cost is a matter of chance with known limits, from which the bounds
 * come (`marginOf`).
 */
import { access, apply, encodeModule, get, i32, lane, set, whileLoop, zeroVector } from './wasm-module.ts';
import type { Code, ValueType } from './wasm-module.ts';

/** Bytes of a row before its steps: the scale (float32), and twelve that keep the steps aligned. */
export const rowHead = { bytes: 16, scale: 0 } as const;

/** Steps of a row go from -127 to 127. */
export const largestRowStep = 127;

/** Steps of a query go from -8191 to 8191: sums of 2048 products of such steps fit 32 bits, whatever they are. */
const largestQueryStep = 8191;

const rowAlignment = 16;
const lanesAtOnce = 8;

/** 64 KiB each: WebAssembly's memory ends at 4 GiB. */
export const maximumPages = 65_536;

/** Bounds lie this many standard deviations of the rounding error from the computed score. */
const deviations = 4;

export interface QuantisedQuery {
  /** [dimensions, padded with zeros as rows are]. */
  steps: Int16Array;
  /** How far an integer dot product may be off, in its own unit. */
  margin: number;
}

/**
 * For each of `count` rows whose numbers are at `list` (uint32), writes the lower and the upper bound of its score
 * to `out` (two float32), in units of the query's scale. All positions are in bytes.
 */
export type ScanRows = (
  list: number,
  count: number,
  rows: number,
  query: number,
  margin: number,
  out: number,
) => void;

/** Steps of a row with the zeros after them. */
export function paddedDimensions(dimensions: number): number {
  return Math.ceil(dimensions / rowAlignment) * rowAlignment;
}

export function rowBytes(dimensions: number): number {
  return rowHead.bytes + paddedDimensions(dimensions);
}

/** A module that exports `scan`, a `ScanRows`, for rows and queries of so many dimensions. */
export function encodeKernel(dimensions: number): Uint8Array<ArrayBuffer> {
  const [list, count, rows, query, margin, out] = [0, 1, 2, 3, 4, 5] as const;
  const [end, row, even, odd, product] = [6, 7, 8, 9, 10] as const;
  const parameters: ValueType[] = ['i32', 'i32', 'i32', 'i32', 'f32', 'i32'];
  const locals: ValueType[] = ['i32', 'i32', 'v128', 'v128', 'f32'];
  const offset = apply('i32.mul', access('i32.load', 0, get(list)), i32(rowBytes(dimensions)));
  const scale = access('f32.load', rowHead.scale, get(row));
  const bound = (operation: 'f32.sub' | 'f32.add') =>
    apply('f32.mul', scale, apply(operation, get(product), get(margin)));
  const body = [
    ...set(end, apply('i32.add', get(list), apply('i32.shl', get(count), i32(2)))),
    ...whileLoop(apply('i32.lt_u', get(list), get(end)), [
      ...set(row, apply('i32.add', get(rows), offset)),
      ...set(even, zeroVector),
      ...set(odd, zeroVector),
      ...products(dimensions, { row, query, even, odd }),
      ...set(even, apply('i32x4.add', get(even), get(odd))),
      ...set(product, apply('f32.convert_i32_s', sumOfLanes(even))),
      ...access('f32.store', 0, get(out), bound('f32.sub')),
      ...access('f32.store', 4, get(out), bound('f32.add')),
      ...set(list, apply('i32.add', get(list), i32(4))),
      ...set(out, apply('i32.add', get(out), i32(8))),
    ]),
  ];
  return encodeModule({ name: 'scan', parameters, locals, body }, maximumPages);
}

/** Numbers of locals. */
interface Operands {
  row: number;
  query: number;
  /** Two sums, so that no addition waits for the one before. */
  even: number;
  odd: number;
}

function products(dimensions: number, { row, query, even, odd }: Operands): Code {
  const code: number[] = [];
  for (let at = 0; at < paddedDimensions(dimensions); at += lanesAtOnce) {
    const sum = at % (2 * lanesAtOnce) === 0 ? even : odd;
    const steps = access('i16x8.load8x8_s', rowHead.bytes + at, get(row));
    const factors = access('v128.load', 2 * at, get(query));
    code.push(...set(sum, apply('i32x4.add', get(sum), apply('i32x4.dot_i16x8_s', steps, factors))));
  }
  return code;
}

function sumOfLanes(vector: number): Code {
  const lanes = [0, 1, 2, 3].map((index) => lane(get(vector), index));
  return lanes.reduce((sum, next) => apply('i32.add', sum, next));
}

/** @param query of any length; a vector of zeros has steps of zero */
export function quantiseQuery(query: Float32Array): QuantisedQuery {
  const steps = new Int16Array(paddedDimensions(query.length));
  let largest = 0;
  for (const value of query) largest = Math.max(largest, Math.abs(value));
  const inverse = largest > 0 ? largestQueryStep / largest : 0;
  for (let index = 0; index < query.length; index++) steps[index] = Math.round(query[index]! * inverse);
  return { steps, margin: marginOf(steps) };
}

/**
 * Rounding a number to a step is off by something uniform in [-1/2, 1/2]: variance 1/12. The error of a dot product
 * is the sum of such errors, each times a step of the other vector. Sums of uniform errors have tails no heavier
 * than those of a normal distribution of the same variance.
 */
function marginOf(querySteps: Int16Array): number {
  let squares = querySteps.length * largestRowStep ** 2;
  for (const step of querySteps) squares += step * step;
  return deviations * Math.sqrt(squares / 12);
}
