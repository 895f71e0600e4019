/**
 * Reads the part of Python's pickle format, protocols 0 to 4, that files of weights and ground truths use. Nothing is
 * ever called: the few names that may occur are looked up in a table that the caller hands in. Opcodes:
 * https://github.com/python/cpython/blob/main/Lib/pickletools.py
 */

/** What a pickle may build: dictionaries become maps, tuples and lists arrays. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickleGlobal
  | PickleObject;

/** A name such as `torch.FloatStorage`, allowed by the caller. */
export class PickleGlobal {
  readonly name: string;
  /** What applying the name to arguments gives; null for a name that is only mentioned. */
  readonly build: ((args: PickleValue[]) => PickleValue) | null;

  constructor(name: string, build: ((args: PickleValue[]) => PickleValue) | null) {
    this.name = name;
    this.build = build;
  }
}

/** Something that the caller made, opaque to the reader. */
export abstract class PickleObject {
  abstract readonly kind: string;
  /** Takes what the pickle says of it after it was made; an object without it is refused such state. */
  setState?(state: PickleValue): void;
}

export interface PickleOptions {
  /** The names that may occur; any other one is refused. */
  readonly globals: ReadonlyMap<string, PickleGlobal>;
  /** Resolves what the pickle keeps outside itself. */
  readonly persistent: (id: PickleValue) => PickleValue;
}

/** Thrown for whatever is no such pickle; the caller puts the file's name to it. */
export class PickleError extends Error {
  override name = 'PickleError';
}

const mark = Symbol('mark');

/** Reads the pickle that starts at `offset`, and says where it ends. */
export function readPickle(
  content: Uint8Array,
  offset: number,
  options: PickleOptions,
): { value: PickleValue; end: number } {
  const machine = new PickleMachine(content, offset, options);
  const value = machine.run();
  return { value, end: machine.offset };
}

class PickleMachine {
  offset: number;
  readonly #content: Uint8Array;
  readonly #view: DataView;
  readonly #options: PickleOptions;
  readonly #stack: (PickleValue | typeof mark)[] = [];
  readonly #memo = new Map<number, PickleValue>();

  constructor(content: Uint8Array, offset: number, options: PickleOptions) {
    this.#content = content;
    this.#view = new DataView(content.buffer, content.byteOffset, content.byteLength);
    this.offset = offset;
    this.#options = options;
  }

  run(): PickleValue {
    for (;;) {
      const opcode = String.fromCharCode(this.#byte());
      if (opcode === '.') return this.#pop();
      const known =
        this.#literal(opcode) ||
        this.#lineLiteral(opcode) ||
        this.#collection(opcode) ||
        this.#memoise(opcode);
      if (!known) this.#object(opcode);
    }
  }

  #literal(opcode: string): boolean {
    switch (opcode) {
      case '\x80': // PROTO
        if (this.#byte() > 4) throw new PickleError('the pickle has a protocol that is not known');
        return true;
      case '\x95': // FRAME
        this.#take(8);
        return true;
      case 'N':
        return this.#push(null);
      case '\x88':
        return this.#push(true);
      case '\x89':
        return this.#push(false);
      case 'K': // BININT1
        return this.#push(this.#byte());
      case 'M': // BININT2
        return this.#push(this.#view.getUint16(this.#take(2), true));
      case 'J': // BININT
        return this.#push(this.#view.getInt32(this.#take(4), true));
      case 'G': // BINFLOAT
        return this.#push(this.#view.getFloat64(this.#take(8), false));
      case '\x8a': // LONG1
        return this.#push(this.#long(this.#byte()));
      case 'X': // BINUNICODE
        return this.#push(this.#text(this.#view.getUint32(this.#take(4), true)));
      case '\x8c': // SHORT_BINUNICODE
        return this.#push(this.#text(this.#byte()));
      case 'U': // SHORT_BINSTRING
        return this.#push(this.#text(this.#byte()));
      case 'T': // BINSTRING
        return this.#push(this.#text(this.#view.getUint32(this.#take(4), true)));
      case 'B': // BINBYTES
        return this.#push(this.#bytes(this.#view.getUint32(this.#take(4), true)));
      case 'C': // SHORT_BINBYTES
        return this.#push(this.#bytes(this.#byte()));
      default:
        return false;
    }
  }

  /** Literals of protocol 0, each on a line of its own. */
  #lineLiteral(opcode: string): boolean {
    switch (opcode) {
      case 'I': // INT, and truth values as 00 and 01
        return this.#push(this.#number(this.#line()));
      case 'L': // LONG
        return this.#push(this.#number(this.#line().replace(/L$/, '')));
      case 'F': // FLOAT
        return this.#push(this.#number(this.#line()));
      case 'V': // UNICODE
        return this.#push(plainText(this.#line()));
      case 'S': {
        // STRING
        const quoted = /^(['"])(.*)\1$/.exec(this.#line());
        if (!quoted) throw new PickleError('the pickle holds a text without quotes');
        return this.#push(plainText(quoted[2]!));
      }
      default:
        return false;
    }
  }

  #collection(opcode: string): boolean {
    switch (opcode) {
      case '(':
        this.#stack.push(mark);
        return true;
      case '}':
        return this.#push(new Map());
      case ']':
      case ')':
        return this.#push([]);
      case 't':
        return this.#push(this.#popToMark());
      case 'l': // LIST
        return this.#push(this.#popToMark());
      case 'd': {
        // DICT
        const items = this.#popToMark();
        this.#push(new Map());
        this.#setItems(items);
        return true;
      }
      case '\x85':
        return this.#push(this.#popMany(1));
      case '\x86':
        return this.#push(this.#popMany(2));
      case '\x87':
        return this.#push(this.#popMany(3));
      case 'a': {
        const item = this.#pop();
        this.#list().push(item);
        return true;
      }
      case 'e': {
        const items = this.#popToMark();
        const list = this.#list();
        for (const item of items) list.push(item);
        return true;
      }
      case 's':
        this.#setItems(this.#popMany(2));
        return true;
      case 'u':
        this.#setItems(this.#popToMark());
        return true;
      default:
        return false;
    }
  }

  #memoise(opcode: string): boolean {
    switch (opcode) {
      case 'q': // BINPUT
        this.#memo.set(this.#byte(), this.#top());
        return true;
      case 'r': // LONG_BINPUT
        this.#memo.set(this.#view.getUint32(this.#take(4), true), this.#top());
        return true;
      case 'p': // PUT
        this.#memo.set(this.#number(this.#line()), this.#top());
        return true;
      case 'g': // GET
        return this.#recall(this.#number(this.#line()));
      case '\x94': // MEMOIZE
        this.#memo.set(this.#memo.size, this.#top());
        return true;
      case 'h': // BINGET
        return this.#recall(this.#byte());
      case 'j': // LONG_BINGET
        return this.#recall(this.#view.getUint32(this.#take(4), true));
      default:
        return false;
    }
  }

  #object(opcode: string): void {
    switch (opcode) {
      case 'c': // GLOBAL
        this.#global(this.#line(), this.#line());
        return;
      case '\x93': {
        // STACK_GLOBAL
        const [module, name] = this.#popMany(2);
        this.#global(String(module), String(name));
        return;
      }
      case 'Q': // BINPERSID
        this.#push(this.#options.persistent(this.#pop()));
        return;
      case 'R': {
        // REDUCE
        const [callee, args] = this.#popMany(2);
        if (!(callee instanceof PickleGlobal) || callee.build === null || !Array.isArray(args)) {
          throw new PickleError('the pickle calls something that is not needed');
        }
        this.#push(callee.build(args));
        return;
      }
      case 'b': {
        // BUILD: torch hangs notes on the outermost dictionary; they say nothing about the weights.
        const state = this.#pop();
        const object = this.#top();
        if (object instanceof PickleObject && object.setState) object.setState(state);
        else if (!(object instanceof Map))
          throw new PickleError('the pickle gives state to a strange object');
        return;
      }
      default:
        throw new PickleError(`the pickle has an opcode that is not needed (${opcode.charCodeAt(0)})`);
    }
  }

  #global(module: string, name: string): void {
    const found = this.#options.globals.get(`${module}.${name}`);
    if (!found) throw new PickleError(`the pickle holds ${module}.${name}, which is not needed`);
    this.#push(found);
  }

  #setItems(items: PickleValue[]): void {
    const map = this.#top();
    if (!(map instanceof Map) || items.length % 2 !== 0)
      throw new PickleError('the pickle fills no dictionary');
    for (let index = 0; index < items.length; index += 2) map.set(items[index]!, items[index + 1]!);
  }

  #list(): PickleValue[] {
    const list = this.#top();
    if (!Array.isArray(list)) throw new PickleError('the pickle fills no list');
    return list;
  }

  #push(value: PickleValue): true {
    this.#stack.push(value);
    return true;
  }

  #pop(): PickleValue {
    const value = this.#stack.pop();
    if (value === undefined || value === mark) throw new PickleError('the pickle takes more than it has');
    return value;
  }

  #top(): PickleValue {
    const value = this.#stack.at(-1);
    if (value === undefined || value === mark) throw new PickleError('the pickle takes more than it has');
    return value;
  }

  #popMany(count: number): PickleValue[] {
    return Array.from({ length: count }, () => this.#pop()).reverse();
  }

  #popToMark(): PickleValue[] {
    const start = this.#stack.lastIndexOf(mark);
    if (start < 0) throw new PickleError('the pickle takes more than it has');
    const values = this.#stack.splice(start);
    return values.slice(1) as PickleValue[];
  }

  #recall(key: number): true {
    const value = this.#memo.get(key);
    if (value === undefined) throw new PickleError('the pickle recalls what it never kept');
    return this.#push(value);
  }

  #byte(): number {
    return this.#content[this.#take(1)]!;
  }

  /** Moves over `count` bytes and returns where they start. */
  #take(count: number): number {
    const start = this.offset;
    if (start + count > this.#content.length) throw new PickleError('the pickle ends early');
    this.offset += count;
    return start;
  }

  #bytes(length: number): Uint8Array {
    const start = this.#take(length);
    return this.#content.subarray(start, start + length);
  }

  #text(length: number): string {
    return new TextDecoder().decode(this.#bytes(length));
  }

  #line(): string {
    const end = this.#content.indexOf(0x0a, this.offset);
    if (end < 0) throw new PickleError('the pickle ends early');
    const text = this.#text(end - this.offset);
    this.offset = end + 1;
    return text;
  }

  #number(text: string): number {
    const value = Number(text);
    if (text === '' || Number.isNaN(value))
      throw new PickleError(`the pickle holds ${text}, which is no number`);
    return value;
  }

  /** A two's complement integer of `length` bytes, low byte first. */
  #long(length: number): bigint {
    const start = this.#take(length);
    let value = 0n;
    for (let index = length - 1; index >= 0; index--)
      value = (value << 8n) | BigInt(this.#content[start + index]!);
    return BigInt.asIntN(length * 8, value);
  }
}

/** Text of protocol 0 as it is: names need none of its escapes. */
function plainText(text: string): string {
  if (text.includes('\\')) throw new PickleError('the pickle holds a text with escapes');
  return text;
}
