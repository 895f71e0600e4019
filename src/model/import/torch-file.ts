/**
 * Reads a PyTorch file of weights (`torch.save` of a state dictionary): the zip archives of today and the row of
 * pickles that torch < 1.6 wrote. Plain tensors of half, single and double precision are read; whole numbers
 * (batch-norm counts) are left out; anything else is refused. Layouts: torch/serialization.py.
 */
import { singleFromHalf } from '../half.ts';
import { elementCount } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { PickleError, PickleGlobal, PickleObject, readPickle } from './pickle.ts';
import type { PickleOptions, PickleValue } from './pickle.ts';
import { weightsDamaged } from './weights-damaged.ts';
import { ZipError, isZip, readZip } from './zip.ts';

const legacyMagic = 0x1950a86a20f9469cfc6cn;
const legacyProtocol = 1001;

const storageTypes = {
  'torch.FloatStorage': 4,
  'torch.HalfStorage': 2,
  'torch.DoubleStorage': 8,
  'torch.LongStorage': 8,
} as const;
type StorageType = keyof typeof storageTypes;

class Storage extends PickleObject {
  readonly kind = 'storage';
  readonly type: StorageType;
  readonly key: string;
  readonly count: number;

  constructor(type: StorageType, key: string, count: number) {
    super();
    this.type = type;
    this.key = key;
    this.count = count;
  }
}

/** A window on a storage: element [i, j, ...] lies at offset + i * strides[0] + j * strides[1] + ... */
class StridedTensor extends PickleObject {
  readonly kind = 'tensor';
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(storage: Storage, offset: number, shape: readonly number[], strides: readonly number[]) {
    super();
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

/**
 * The tensors of a file by name. `file` is the path that an error names.
 * @throws AkinError `model-damaged`
 */
export function readTorchFile(content: Uint8Array, file: string): Map<string, Tensor> {
  try {
    return isZip(content) ? readArchive(content) : readLegacy(content);
  } catch (error) {
    if (error instanceof PickleError || error instanceof ZipError)
      throw weightsDamaged(file, error.message, error);
    throw error;
  }
}

function readArchive(content: Uint8Array): Map<string, Tensor> {
  const entries = readZip(content);
  const pickleName = [...entries.keys()].find((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickleName === undefined) throw new ZipError('the archive holds no data.pkl');
  const folder = pickleName.slice(0, -'data.pkl'.length);
  const byteOrder = entries.get(`${folder}byteorder`);
  if (byteOrder && new TextDecoder().decode(byteOrder) !== 'little')
    throw new ZipError('the numbers are big-endian');
  const { value } = readPickle(entries.get(pickleName)!, 0, pickleOptions());
  return collect(value, (storage) => entries.get(`${folder}data/${storage.key}`));
}

/** Five pickles (magic number, protocol, system, state, keys of the storages), then the storages in that order. */
function readLegacy(content: Uint8Array): Map<string, Tensor> {
  const storages = new Map<string, Storage>();
  const options = pickleOptions(storages);
  let offset = 0;
  const next = () => {
    const { value, end } = readPickle(content, offset, options);
    offset = end;
    return value;
  };
  if (next() !== legacyMagic || next() !== legacyProtocol)
    throw new PickleError('the file was not written by torch');
  const system = next();
  if (!(system instanceof Map) || system.get('little_endian') !== true) {
    throw new PickleError('the numbers are big-endian');
  }
  const state = next();
  const keys = next();
  if (!Array.isArray(keys)) throw new PickleError('the file does not name its storages');
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const bytes = new Map<string, Uint8Array>();
  for (const key of keys) {
    const storage = storages.get(String(key));
    if (!storage) throw new PickleError('the file holds a storage that no tensor uses');
    const size = storage.count * storageTypes[storage.type];
    if (offset + 8 + size > content.length) throw new PickleError('the file ends early');
    if (view.getBigInt64(offset, true) !== BigInt(storage.count))
      throw new PickleError('a storage has another size');
    bytes.set(storage.key, content.subarray(offset + 8, offset + 8 + size));
    offset += 8 + size;
  }
  return collect(state, (storage) => bytes.get(storage.key));
}

/** `storages` collects what the pickle mentions, for layouts that need to know. */
function pickleOptions(storages = new Map<string, Storage>()): PickleOptions {
  const globals = new Map<string, PickleGlobal>();
  const add = (name: string, build: PickleGlobal['build']) =>
    globals.set(name, new PickleGlobal(name, build));
  add('collections.OrderedDict', ([items]) => {
    if (items !== undefined) throw new PickleError('a dictionary is built in a way that weights do not need');
    return new Map();
  });
  add('torch._utils._rebuild_tensor_v2', rebuildTensor);
  for (const name of Object.keys(storageTypes)) add(name, null);
  return {
    globals,
    persistent: (id) => {
      const storage = toStorage(id);
      storages.set(storage.key, storage);
      return storage;
    },
  };
}

/** ('storage', type, key, device, element count[, view]) */
function toStorage(id: PickleValue): Storage {
  const [kind, type, key, , count, view] = Array.isArray(id) ? id : [];
  const known = type instanceof PickleGlobal && Object.hasOwn(storageTypes, type.name);
  if (kind !== 'storage' || !known || typeof key !== 'string' || !isCount(count) || (view ?? null) !== null) {
    throw new PickleError('a storage is described in a way that is not known');
  }
  return new Storage(type.name as StorageType, key, count);
}

/** (storage, offset, shape, strides, requires gradient, hooks) */
function rebuildTensor([storage, offset, shape, strides]: PickleValue[]): StridedTensor {
  const valid = storage instanceof Storage && isCount(offset) && isCounts(shape) && isCounts(strides);
  if (!valid || shape.length !== strides.length || shape.length > 8) {
    throw new PickleError('a tensor is described in a way that is not known');
  }
  const reach = shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis]!, offset);
  if (elementCount(shape) > storage.count || (elementCount(shape) > 0 && reach >= storage.count)) {
    throw new PickleError('a tensor reaches beyond its storage');
  }
  return new StridedTensor(storage, offset, shape, strides);
}

function collect(
  state: PickleValue,
  bytesOf: (storage: Storage) => Uint8Array | undefined,
): Map<string, Tensor> {
  if (!(state instanceof Map)) throw new PickleError('the file holds no dictionary of tensors');
  const tensors = new Map<string, Tensor>();
  for (const [name, value] of state) {
    if (typeof name !== 'string' || !(value instanceof StridedTensor)) {
      throw new PickleError('the dictionary holds something else than named tensors');
    }
    if (value.storage.type === 'torch.LongStorage') continue;
    const bytes = bytesOf(value.storage);
    if (bytes?.length !== value.storage.count * storageTypes[value.storage.type]) {
      throw new PickleError(`the storage of ${name} is missing or has another size`);
    }
    tensors.set(name, { shape: value.shape, data: readStrided(value, bytes) });
  }
  return tensors;
}

function readStrided({ storage, offset, shape, strides }: StridedTensor, bytes: Uint8Array): Float32Array {
  const read = elementReader(storage.type, bytes);
  const data = new Float32Array(elementCount(shape));
  const index = shape.map(() => 0);
  let position = offset;
  for (let element = 0; element < data.length; element++) {
    data[element] = read(position);
    // Counts like an odometer, the last axis fastest, and moves the position along.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      position += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      position -= index[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return data;
}

function elementReader(type: StorageType, bytes: Uint8Array): (position: number) => number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (type === 'torch.HalfStorage') return (position) => singleFromHalf(view.getUint16(position * 2, true));
  if (type === 'torch.DoubleStorage') return (position) => view.getFloat64(position * 8, true);
  return (position) => view.getFloat32(position * 4, true);
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isCounts(value: PickleValue | undefined): value is number[] {
  return Array.isArray(value) && value.every(isCount);
}
