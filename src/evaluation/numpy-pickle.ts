import { PickleError, PickleGlobal, PickleObject, readPickle } from '../model/import/pickle.ts';
import type { PickleValue } from '../model/import/pickle.ts';

/** What a pickle of plain Python and NumPy values holds, as JSON has it. */
export type PlainValue = null | boolean | number | string | PlainValue[] | { [name: string]: PlainValue };

/** Bytes a number takes, and how it is read; the letters are NumPy's. */
const elements: Record<string, [number, (view: DataView, offset: number) => number]> = {
  b1: [1, (view, offset) => view.getUint8(offset)],
  i1: [1, (view, offset) => view.getInt8(offset)],
  u1: [1, (view, offset) => view.getUint8(offset)],
  i2: [2, (view, offset) => view.getInt16(offset, true)],
  u2: [2, (view, offset) => view.getUint16(offset, true)],
  i4: [4, (view, offset) => view.getInt32(offset, true)],
  u4: [4, (view, offset) => view.getUint32(offset, true)],
  i8: [8, (view, offset) => Number(view.getBigInt64(offset, true))],
  u8: [8, (view, offset) => Number(view.getBigUint64(offset, true))],
  f4: [4, (view, offset) => view.getFloat32(offset, true)],
  f8: [8, (view, offset) => view.getFloat64(offset, true)],
};

/** A type of numbers, as `numpy.dtype` describes it. */
class ElementType extends PickleObject {
  readonly kind = 'dtype';
  readonly #code: string;
  #order: PickleValue = '<';

  constructor(code: PickleValue | undefined) {
    super();
    this.#code = String(code);
  }

  /** [version, byte order, ...] */
  override setState(state: PickleValue): void {
    this.#order = Array.isArray(state) ? (state[1] ?? null) : null;
  }

  read(content: PickleValue | undefined): number[] {
    const [size, read] = elements[this.#code] ?? [];
    if (size === undefined || read === undefined || !['<', '|', '='].includes(String(this.#order)))
      throw new PickleError(`numbers of the kind ${String(this.#order)}${this.#code} are not known`);
    if (!(content instanceof Uint8Array) || content.length % size !== 0)
      throw new PickleError('an array has no numbers');
    const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
    return Array.from({ length: content.length / size }, (_, index) => read(view, index * size));
  }
}

/** An array of one dimension, or of more in a row. */
class NumberArray extends PickleObject {
  readonly kind = 'ndarray';
  values: number[] = [];

  /** [version, shape, type, column by column, content] */
  override setState(state: PickleValue): void {
    const [, shape, type, , content] = Array.isArray(state) ? state : [];
    if (!(type instanceof ElementType) || !Array.isArray(shape))
      throw new PickleError('an array is described in a way that is not known');
    this.values = type.read(content);
    const count = shape.reduce((product: number, size) => product * Number(size), 1);
    if (count !== this.values.length) throw new PickleError('an array has another size');
  }
}

/**
 * Reads a pickle of dictionaries with text for keys, lists, tuples, text, numbers and NumPy arrays of numbers, which
 * become lists.
 * @throws PickleError for whatever else it holds
 */
export function readNumpyPickle(content: Uint8Array): PlainValue {
  const { value } = readPickle(content, 0, {
    globals: numpyGlobals(),
    persistent: () => {
      throw new PickleError('the pickle refers to something outside itself');
    },
  });
  return plain(value);
}

function numpyGlobals(): Map<string, PickleGlobal> {
  const globals = new Map<string, PickleGlobal>();
  const add = (name: string, build: PickleGlobal['build']) =>
    globals.set(name, new PickleGlobal(name, build));
  add('numpy.ndarray', null);
  add('numpy.dtype', ([code]) => new ElementType(code));
  // NumPy 2 moved its core.
  for (const core of ['numpy.core', 'numpy._core']) {
    add(`${core}.multiarray._reconstruct`, () => new NumberArray());
    add(`${core}.multiarray.scalar`, ([type, bytes]) => {
      if (!(type instanceof ElementType))
        throw new PickleError('a number is described in a way that is not known');
      return type.read(bytes)[0] ?? null;
    });
  }
  // How protocol 2 writes bytes: as text, each character of which is one.
  add('_codecs.encode', ([text, encoding]) => {
    if (typeof text !== 'string' || encoding !== 'latin1')
      throw new PickleError('bytes are written in a strange way');
    return Uint8Array.from(text, (character) => character.charCodeAt(0));
  });
  return globals;
}

function plain(value: PickleValue): PlainValue {
  if (value === null || ['boolean', 'number', 'string'].includes(typeof value))
    return value as null | boolean | number | string;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof NumberArray) return value.values;
  if (Array.isArray(value)) return value.map(plain);
  if (!(value instanceof Map))
    throw new PickleError('the pickle holds something else than names, lists and numbers');
  const entries = [...value].map(([key, item]): [string, PlainValue] => {
    if (typeof key !== 'string') throw new PickleError('a dictionary has a key that is no text');
    return [key, plain(item)];
  });
  return Object.fromEntries(entries);
}
