/** Descriptors in a byte a number, in memory that threads share and that grows where it lies. */
import { largestRowStep, maximumPages, rowBytes, rowHead } from './scan-kernel.ts';

const pageBytes = 65_536;
/** 4 MiB: memory that nothing was written to takes no room yet. */
const growth = 64;

/** What the threads need to find the rows. */
export interface SharedRows {
  memory: WebAssembly.Memory;
  /** The photo id of each row (uint32), apart from the rows: a filter then touches no row that it leaves out. */
  photoIds: SharedArrayBuffer;
  dimensions: number;
  /** Where row 0 begins, in bytes; what lies before is for the threads. */
  begin: number;
}

export class QuantisedRows {
  readonly shared: SharedRows;
  readonly #stride: number;
  readonly #slots = new Map<number, number>();
  readonly #steps: Int8Array;
  /** As long as its buffer, also when that grows. */
  readonly #photoIds: Uint32Array;
  #bytes: Int8Array;
  #view: DataView;
  #moves = 0;

  /** @param scratchBytes room for the threads before the rows */
  constructor(dimensions: number, scratchBytes: number) {
    const memory = new WebAssembly.Memory({
      initial: Math.ceil(scratchBytes / pageBytes),
      maximum: maximumPages,
      shared: true,
    });
    this.#stride = rowBytes(dimensions);
    const mostRows = Math.floor((maximumPages * pageBytes - scratchBytes) / this.#stride);
    const photoIds = new SharedArrayBuffer(0, { maxByteLength: mostRows * Uint32Array.BYTES_PER_ELEMENT });
    this.shared = { memory, photoIds, dimensions, begin: scratchBytes };
    this.#photoIds = new Uint32Array(photoIds);
    this.#steps = new Int8Array(dimensions);
    this.#bytes = new Int8Array(memory.buffer);
    this.#view = new DataView(memory.buffer);
  }

  get size(): number {
    return this.#slots.size;
  }

  has(photoId: number): boolean {
    return this.#slots.has(photoId);
  }

  /** Counts changes to rows that were there before: whoever was reading them may have read half of one. */
  get moves(): number {
    return this.#moves;
  }

  /** @throws RangeError when WebAssembly's 4 GiB are full */
  set(photoId: number, descriptor: Float32Array): void {
    const scale = this.#quantise(descriptor);
    const known = this.#slots.get(photoId);
    if (known !== undefined && this.#holds(known, scale)) return;
    const slot = known ?? this.size;
    this.#reserve(slot + 1);
    const begin = this.#begin(slot);
    this.#view.setFloat32(begin + rowHead.scale, scale, true);
    this.#bytes.set(this.#steps, begin + rowHead.bytes);
    this.#photoIds[slot] = photoId;
    this.#slots.set(photoId, slot);
    if (known !== undefined) this.#moves++;
  }

  /** The last row moves into the gap. */
  delete(photoId: number): void {
    const slot = this.#slots.get(photoId);
    if (slot === undefined) return;
    const last = this.size - 1;
    const moved = this.#photoIds[last]!;
    this.#bytes.copyWithin(this.#begin(slot), this.#begin(last), this.#begin(last + 1));
    this.#photoIds[slot] = moved;
    this.#slots.set(moved, slot);
    this.#slots.delete(photoId);
    this.#moves++;
  }

  /** Fills `#steps` and returns the value of one step. */
  #quantise(descriptor: Float32Array): number {
    let largest = 0;
    for (let index = 0; index < descriptor.length; index++) {
      const size = Math.abs(descriptor[index]!);
      if (size > largest) largest = size;
    }
    const inverse = largest > 0 ? largestRowStep / largest : 0;
    for (let index = 0; index < descriptor.length; index++)
      this.#steps[index] = Math.round(descriptor[index]! * inverse);
    return largest / largestRowStep;
  }

  #holds(slot: number, scale: number): boolean {
    const begin = this.#begin(slot);
    if (this.#view.getFloat32(begin + rowHead.scale, true) !== Math.fround(scale)) return false;
    const first = begin + rowHead.bytes;
    for (let index = 0; index < this.#steps.length; index++)
      if (this.#bytes[first + index] !== this.#steps[index]) return false;
    return true;
  }

  #begin(slot: number): number {
    return this.shared.begin + slot * this.#stride;
  }

  #reserve(rows: number): void {
    const { memory, photoIds } = this.shared;
    const missing = Math.ceil((this.#begin(rows) - this.#bytes.length) / pageBytes);
    if (missing <= 0) return;
    const pages = this.#bytes.length / pageBytes;
    memory.grow(Math.max(missing, Math.min(growth, maximumPages - pages)));
    this.#bytes = new Int8Array(memory.buffer);
    this.#view = new DataView(memory.buffer);
    const room = Math.floor((this.#bytes.length - this.shared.begin) / this.#stride);
    photoIds.grow(room * Uint32Array.BYTES_PER_ELEMENT);
  }
}
