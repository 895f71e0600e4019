/** The part of WebAssembly's JavaScript interface that a search needs: Node's types leave it to those of browsers. */
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { initial: number; maximum: number; shared: true });
    readonly buffer: SharedArrayBuffer;
    /** @returns how many pages there were @throws RangeError when there is no room */
    grow(pages: number): number;
  }

  class Module {
    /** @throws an error when the bytes are no module */
    constructor(bytes: Uint8Array<ArrayBuffer>);
  }

  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, Memory>>);
    readonly exports: Record<string, unknown>;
  }
}
