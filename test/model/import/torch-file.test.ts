import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AkinError } from '../../../src/errors.ts';
import { readTorchFile } from '../../../src/model/import/torch-file.ts';
import { archiveFile, legacyFile, pickle, text, zip } from '../torch-writer.ts';
import type { Entry } from '../torch-writer.ts';

const values = Float32Array.from({ length: 6 }, (_, index) => index + 0.5);
const longStorage = { type: 'LongStorage', bytes: Buffer.alloc(8) };
const entries = new Map<string, Entry>([
  ['conv.weight', { shape: [2, 3], data: values }],
  ['turned', { shape: [3, 2], strides: [1, 3], data: values }],
  ['scalar', { shape: [], data: Float32Array.of(7) }],
  ['half', { shape: [2], data: values, type: 'HalfStorage', bytes: Buffer.from('003c00c0', 'hex') }],
  [
    'double',
    { shape: [1], data: values, type: 'DoubleStorage', bytes: Buffer.from(Float64Array.of(0.25).buffer) },
  ],
  ['norm.num_batches_tracked', { shape: [], data: values, ...longStorage }],
]);
const forms = [
  ['legacy', legacyFile],
  ['zip', archiveFile],
] as const;

test.each(forms)(
  'a %s file gives its floating-point tensors, whatever their strides and precision',
  (_, write) => {
    expect(readTorchFile(write(entries), 'x')).toEqual(
      new Map([
        ['conv.weight', { shape: [2, 3], data: values }],
        ['turned', { shape: [3, 2], data: Float32Array.of(0.5, 3.5, 1.5, 4.5, 2.5, 5.5) }],
        ['scalar', { shape: [], data: Float32Array.of(7) }],
        ['half', { shape: [2], data: Float32Array.of(1, -2) }],
        ['double', { shape: [1], data: Float32Array.of(0.25) }],
      ]),
    );
  },
);

test.each(forms)('a %s file cut anywhere is damaged', (_, write) => {
  const bytes = write(entries);
  for (let length = 0; length < bytes.length; length++) refuses(bytes.subarray(0, length), /damaged/);
});

test.each(forms)('a %s file with any byte changed gives tensors or is damaged, nothing else', (_, write) => {
  const bytes = write(entries);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), (index, value) => {
      const changed = Buffer.from(bytes);
      changed[index] = value;
      try {
        readTorchFile(changed, 'x');
      } catch (error) {
        expect(error).toMatchObject({ code: 'model-damaged' });
      }
    }),
    { numRuns: 3000 },
  );
});

test.each(forms)('a %s file that reaches beyond a storage is damaged', (_, write) => {
  refuses(write(new Map([['a', { shape: [3], strides: [3], data: values }]])), /beyond its storage/);
  refuses(write(new Map([['a', { shape: [7], strides: [0], data: values }]])), /beyond its storage/);
});

test.each(forms)('a %s file with numbers of another type is refused', (_, write) => {
  refuses(write(new Map([['a', { shape: [6], data: values, type: 'IntStorage' }]])), /torch\.IntStorage/);
});

test('a pickle that would run something is refused by the name of it', () => {
  const call = Buffer.concat([Buffer.from('cos\nsystem\n('), text('true'), Buffer.from('tR')]);
  refuses(zip(new Map([['archive/data.pkl', pickle(call)]])), /holds os\.system, which is not needed/);
});

test.each([
  ['a number where tensors should be', 'K\x01', /no dictionary of tensors/],
  ['something else than a tensor', '}X\x01\0\0\0aK\x01s', /something else than named tensors/],
  ['an opcode of another world', 'i', /opcode/],
  ['an empty stack', '0', /opcode|more than it has/],
  ['a name that was never kept', 'h\x09', /never kept/],
  ['a call of what is no function', 'K\x01)R', /calls something/],
])('a pickle with %s is refused', (_, body, reason) => {
  refuses(zip(new Map([['archive/data.pkl', pickle(Buffer.from(body, 'latin1'))]])), reason);
});

test('archives that torch does not write are refused', () => {
  refuses(zip(new Map([['readme', Buffer.from('hello')]])), /no data\.pkl/);
  refuses(zip(new Map([['archive/data.pkl', Buffer.from('x')]]), 8), /compressed/);
  const data = pickle(Buffer.from('}'));
  refuses(
    zip(
      new Map([
        ['archive/data.pkl', data],
        ['archive/byteorder', Buffer.from('big')],
      ]),
    ),
    /big-endian/,
  );
});

test('text and nothing at all are refused', () => {
  refuses(Buffer.from('These are not weights.'), /damaged/);
  refuses(Buffer.alloc(0), /ends early/);
});

function refuses(bytes: Uint8Array, reason: RegExp): void {
  expect(() => readTorchFile(bytes, 'weights.pth')).toThrow(AkinError);
  expect(() => readTorchFile(bytes, 'weights.pth')).toThrow(reason);
}
