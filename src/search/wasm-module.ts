/**
 * Writes WebAssembly modules of one function that works on a shared memory: the few sections and instructions that
 * a vector kernel needs. Encodings are those of the WebAssembly core specification, release 2.0, chapter 5 (Binary
 * Format).
 */

const types = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;
export type ValueType = keyof typeof types;

/** Instructions without immediates, and those with a memory offset; vector instructions lie behind a prefix. */
const opcodes = {
  'i32.add': [0x6a],
  'i32.mul': [0x6c],
  'i32.shl': [0x74],
  'i32.lt_u': [0x49],
  'f32.add': [0x92],
  'f32.sub': [0x93],
  'f32.mul': [0x94],
  'f32.convert_i32_s': [0xb2],
  'i32x4.add': vector(0xae),
  'i32x4.dot_i16x8_s': vector(0xba),
} as const;

/** The natural alignment is only a hint; it is given as a power of two. */
const memoryOpcodes = {
  'i32.load': { code: [0x28], alignment: 2 },
  'f32.load': { code: [0x2a], alignment: 2 },
  'f32.store': { code: [0x38], alignment: 2 },
  'i16x8.load8x8_s': { code: vector(0x01), alignment: 3 },
  'v128.load': { code: vector(0x00), alignment: 4 },
} as const;

/** A value on WebAssembly's stack: the bytes of the instructions that put it there, or of a statement. */
export type Code = readonly number[];

export interface WasmFunction {
  /** What the module exports it as. */
  name: string;
  parameters: readonly ValueType[];
  /** Numbered after the parameters. */
  locals: readonly ValueType[];
  body: Code;
}

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];
export const i32 = (value: number): Code => [0x41, ...signed(value)];
export const zeroVector: Code = [...vector(0x0c), ...new Array<number>(16).fill(0)];
export const lane = (value: Code, index: number): Code => [...value, ...vector(0x1b), index];

/** An instruction on its operands. */
export function apply(instruction: keyof typeof opcodes, ...operands: Code[]): Code {
  return [...operands.flat(), ...opcodes[instruction]];
}

/** A load from, or a store to, `address` + `offset`. */
export function access(
  instruction: keyof typeof memoryOpcodes,
  offset: number,
  address: Code,
  value: Code = [],
): Code {
  const { code, alignment } = memoryOpcodes[instruction];
  return [...address, ...value, ...code, alignment, ...unsigned(offset)];
}

/** Runs `body` as long as `condition` holds, also before the first time. */
export function whileLoop(condition: Code, body: Code): Code {
  const empty = 0x40;
  return [0x03, empty, ...condition, 0x04, empty, ...body, 0x0c, 1, 0x0b, 0x0b];
}

/**
 * The bytes of a module that imports `akin.memory`, shared and of at most `maximumPages`, and exports the function.
 * The function returns nothing.
 */
export function encodeModule(
  { name, parameters, locals, body }: WasmFunction,
  maximumPages: number,
): Uint8Array<ArrayBuffer> {
  const text = (value: string) => sized([...new TextEncoder().encode(value)]);
  const sharedWithMaximum = 0x03;
  const code = [...locals.flatMap((type) => [1, types[type]]), ...body, 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [0x60, ...sized(parameters.map((type) => types[type])), 0]),
    ...section(2, [
      ...text('akin'),
      ...text('memory'),
      ...[0x02, sharedWithMaximum],
      ...unsigned(1),
      ...unsigned(maximumPages),
    ]),
    ...section(3, [0]),
    ...section(7, [...text(name), 0x00, 0]),
    ...section(10, sized([...unsigned(locals.length), ...code])),
  ]);
}

/** A section with one entry. */
function section(id: number, entry: readonly number[]): number[] {
  return [id, ...sized([1, ...entry])];
}

function sized(bytes: readonly number[]): number[] {
  return [...unsigned(bytes.length), ...bytes];
}

function vector(opcode: number): number[] {
  return [0xfd, ...unsigned(opcode)];
}

/** LEB128: seven bits a byte, the lowest first; the top bit says that more follow. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 0x7f; value = Math.floor(value / 128)) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value];
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  for (; value < -0x40 || value > 0x3f; value >>= 7) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value & 0x7f];
}
