import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AkinError } from '../../src/errors.ts';
import { halfFromSingle, singleFromHalf } from '../../src/model/half.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/model/safetensors.ts';
import { elementCount } from '../../src/model/tensor.ts';
import type { Tensor } from '../../src/model/tensor.ts';

const tensor = fc.array(fc.nat(4), { maxLength: 4 }).chain((shape) =>
  fc
    .array(fc.float({ min: -60000, max: 60000, noNaN: true }), {
      minLength: elementCount(shape),
      maxLength: elementCount(shape),
    })
    .map((values): Tensor => ({ shape, data: Float32Array.from(values) })),
);
const tensors = fc.dictionary(
  fc.string().filter((name) => name !== '__metadata__'),
  tensor,
  { maxKeys: 5 },
);

test('what is written is read again', () => {
  fc.assert(
    fc.property(tensors, (given) => {
      const map = new Map(Object.entries(given));
      expect(decodeSafetensors(encodeSafetensors(map, 'F32'), 'x')).toEqual(sorted(map));
      const rounded = new Map(
        [...map].map(([name, { shape, data }]) => [name, { shape, data: data.map(round) }]),
      );
      expect(decodeSafetensors(encodeSafetensors(map, 'F16'), 'x')).toEqual(sorted(rounded));
    }),
  );
});

test('the order in which tensors come does not change the bytes', () => {
  const entries: [string, Tensor][] = ['b', 'a', 'c'].map((name, index) => [name, one([index, 1])]);
  const bytes = encodeSafetensors(new Map(entries), 'F16');
  expect(encodeSafetensors(new Map(entries.toReversed()), 'F16')).toEqual(bytes);
});

test('a file cut short or grown is damaged', () => {
  const bytes = encodeSafetensors(new Map([['a', one([1, 2])]]), 'F32');
  for (let length = 0; length < bytes.length; length++) refuses(bytes.subarray(0, length));
  refuses(Uint8Array.of(...bytes, 0));
});

test('any changed bytes either still make tensors or are damaged, nothing else', () => {
  const bytes = encodeSafetensors(
    new Map([
      ['a', one([1, 2])],
      ['b', one([3])],
    ]),
    'F16',
  );
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), (index, value) => {
      const changed = bytes.slice();
      changed[index] = value;
      try {
        for (const { shape, data } of decodeSafetensors(changed, 'x').values()) {
          expect(data).toHaveLength(elementCount(shape));
        }
      } catch (error) {
        expect(error).toMatchObject({ code: 'model-damaged' });
      }
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['no JSON', '{"a"'],
  ['no object', '[]'],
  ['another type', '{"a":{"dtype":"I8","shape":[4],"data_offsets":[0,4]}}'],
  ['a gap before it', '{"a":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}'],
  [
    'tensors that overlap',
    '{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"F16","shape":[1],"data_offsets":[2,4]}}',
  ],
  ['a shape that its bytes do not fill', '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}'],
  ['a negative size', '{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}'],
  ['an offset beyond the end', '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'],
])('a header with %s is damaged', (_, header) => refuses(withHeader(header, 4)));

test('a header that claims to be huge is damaged', () => {
  const bytes = withHeader('{}', 0);
  new DataView(bytes.buffer).setBigUint64(0, 2n ** 63n, true);
  refuses(bytes);
});

test('notes in the header are passed over', () => {
  expect(decodeSafetensors(withHeader('{"__metadata__":{"format":"pt"}}', 0), 'x').size).toBe(0);
});

test('a value too large for half precision is refused', () => {
  expect(() => encodeSafetensors(new Map([['a', one([1e6])]]), 'F16')).toThrow(RangeError);
});

test('data that do not fill the shape are refused', () => {
  expect(() => encodeSafetensors(new Map([['a', { shape: [3], data: new Float32Array(2) }]]), 'F32')).toThrow(
    RangeError,
  );
});

function one(values: number[]): Tensor {
  return { shape: [values.length], data: Float32Array.from(values) };
}

function round(value: number): number {
  return singleFromHalf(halfFromSingle(value));
}

function sorted(map: Map<string, Tensor>): Map<string, Tensor> {
  return new Map([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function withHeader(header: string, dataBytes: number): Uint8Array {
  const bytes = new Uint8Array(8 + header.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(new TextEncoder().encode(header), 8);
  return bytes;
}

function refuses(bytes: Uint8Array): void {
  expect(() => decodeSafetensors(bytes, 'some/model')).toThrow(AkinError);
  expect(() => decodeSafetensors(bytes, 'some/model')).toThrow(/some\/model is damaged/);
}
