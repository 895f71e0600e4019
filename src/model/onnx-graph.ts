/**
 * Writes ONNX models: the few messages of onnx.proto3 that a computing graph needs, encoded with protobufjs.
 * Field numbers are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3 (IR version 8).
 */
import protobuf from 'protobufjs/minimal.js';
import type { Writer } from 'protobufjs/minimal.js';

const irVersion = 8;
const opsetVersion = 17;

const elementTypes = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, float16: 10, bool: 9 } as const;
export type ElementType = keyof typeof elementTypes;

/** Each dimension is a size, or the name of a size known only when the graph runs. */
export type GraphShape = readonly (number | string)[];

/** ONNX tells integers from floats, JavaScript does not: so each attribute names its kind. */
export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[] };

export type InitializerData = Float32Array | Uint8Array | Int8Array | Int32Array | BigInt64Array;

/** A graph in the making. Nodes go in in the order in which they compute; `encode` gives the model file. */
export class OnnxGraph {
  readonly #name: string;
  readonly #nodes: Uint8Array[] = [];
  readonly #initializers: Uint8Array[] = [];
  readonly #inputs: Uint8Array[] = [];
  readonly #outputs: Uint8Array[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  /** Declares an input of the graph and returns its name. */
  input(name: string, type: ElementType, shape: GraphShape): string {
    this.#inputs.push(encodeValue(name, type, shape));
    return name;
  }

  /** Declares a value that a node computes as an output of the graph. */
  output(name: string, type: ElementType, shape: GraphShape): void {
    this.#outputs.push(encodeValue(name, type, shape));
  }

  /**
   * Adds a constant tensor and returns its name.
   * @throws RangeError when `dims` do not multiply to the length of `data`
   */
  initializer(name: string, data: InitializerData, dims: readonly number[]): string {
    const size = dims.reduce((product, dim) => product * dim, 1);
    if (size !== data.length)
      throw new RangeError(`${name}: ${data.length} elements do not fill [${dims.join()}]`);
    const writer = protobuf.Writer.create();
    packIntegers(writer, 1, dims);
    writer.uint32(tag(2, 0)).int32(elementTypes[elementTypeOf(data)]);
    writer.uint32(tag(8, 2)).string(name);
    writer.uint32(tag(9, 2)).bytes(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    this.#initializers.push(writer.finish());
    return name;
  }

  /** Adds a node of the standard operator set and returns its first output. An empty input name is "not given". */
  node(
    operator: string,
    inputs: readonly string[],
    outputs: readonly [string, ...string[]],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string {
    const writer = protobuf.Writer.create();
    for (const input of inputs) writer.uint32(tag(1, 2)).string(input);
    for (const output of outputs) writer.uint32(tag(2, 2)).string(output);
    writer.uint32(tag(3, 2)).string(outputs[0]);
    writer.uint32(tag(4, 2)).string(operator);
    for (const [name, attribute] of Object.entries(attributes)) {
      writer.uint32(tag(5, 2)).bytes(encodeAttribute(name, attribute));
    }
    this.#nodes.push(writer.finish());
    return outputs[0];
  }

  /** The model as the bytes of an .onnx file. */
  encode(): Uint8Array {
    const graph = protobuf.Writer.create();
    for (const node of this.#nodes) graph.uint32(tag(1, 2)).bytes(node);
    graph.uint32(tag(2, 2)).string(this.#name);
    for (const initializer of this.#initializers) graph.uint32(tag(5, 2)).bytes(initializer);
    for (const input of this.#inputs) graph.uint32(tag(11, 2)).bytes(input);
    for (const output of this.#outputs) graph.uint32(tag(12, 2)).bytes(output);

    const opset = protobuf.Writer.create();
    opset.uint32(tag(1, 2)).string('');
    opset.uint32(tag(2, 0)).int64(opsetVersion);

    const model = protobuf.Writer.create();
    model.uint32(tag(1, 0)).int64(irVersion);
    model.uint32(tag(2, 2)).string('akin');
    model.uint32(tag(7, 2)).bytes(graph.finish());
    model.uint32(tag(8, 2)).bytes(opset.finish());
    return model.finish();
  }
}

/** The key that precedes a field: wire type 0 is a varint, 2 has a length, 5 has four bytes. */
function tag(field: number, wireType: 0 | 2 | 5): number {
  return ((field << 3) | wireType) >>> 0;
}

function packIntegers(writer: Writer, field: number, values: readonly number[]): void {
  writer.uint32(tag(field, 2)).fork();
  for (const value of values) writer.int64(value);
  writer.ldelim();
}

function elementTypeOf(data: InitializerData): ElementType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Uint8Array) return 'uint8';
  if (data instanceof Int8Array) return 'int8';
  if (data instanceof Int32Array) return 'int32';
  return 'int64';
}

function encodeAttribute(name: string, attribute: Attribute): Uint8Array {
  const writer = protobuf.Writer.create();
  writer.uint32(tag(1, 2)).string(name);
  let type: number;
  if ('float' in attribute) {
    type = 1;
    writer.uint32(tag(2, 5)).float(attribute.float);
  } else if ('int' in attribute) {
    type = 2;
    writer.uint32(tag(3, 0)).int64(attribute.int);
  } else if ('string' in attribute) {
    type = 3;
    writer.uint32(tag(4, 2)).bytes(new TextEncoder().encode(attribute.string));
  } else if ('floats' in attribute) {
    type = 6;
    writer.uint32(tag(7, 2)).fork();
    for (const value of attribute.floats) writer.float(value);
    writer.ldelim();
  } else {
    type = 7;
    packIntegers(writer, 8, attribute.ints);
  }
  writer.uint32(tag(20, 0)).int32(type);
  return writer.finish();
}

function encodeValue(name: string, type: ElementType, shape: GraphShape): Uint8Array {
  const dims = protobuf.Writer.create();
  for (const dim of shape) {
    dims.uint32(tag(1, 2)).fork();
    if (typeof dim === 'number') dims.uint32(tag(1, 0)).int64(dim);
    else dims.uint32(tag(2, 2)).string(dim);
    dims.ldelim();
  }
  const tensor = protobuf.Writer.create();
  tensor.uint32(tag(1, 0)).int32(elementTypes[type]);
  tensor.uint32(tag(2, 2)).bytes(dims.finish());
  const value = protobuf.Writer.create();
  value.uint32(tag(1, 2)).string(name);
  value.uint32(tag(2, 2)).fork();
  value.uint32(tag(1, 2)).bytes(tensor.finish());
  value.ldelim();
  return value.finish();
}
