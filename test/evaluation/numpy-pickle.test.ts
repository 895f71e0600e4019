import { describe, expect, it } from 'vitest';
import { readNumpyPickle } from '../../src/evaluation/numpy-pickle.ts';
import { PickleError } from '../../src/model/import/pickle.ts';
import { pickledTruths, truth } from './ground-truth-pickles.ts';

describe.each(Object.entries(pickledTruths))('a pickle of %s', (_, base64) => {
  const content = Buffer.from(base64, 'base64');

  it('becomes dictionaries, lists and numbers', () => {
    expect(readNumpyPickle(content)).toEqual(truth);
  });

  it('is refused wherever it is cut off', () => {
    for (let length = 0; length < content.length; length += 7)
      expect(() => readNumpyPickle(content.subarray(0, length))).toThrow(PickleError);
  });
});

function pickle(...body: (string | number[])[]): Buffer {
  return Buffer.concat([
    Buffer.from([0x80, 2]),
    ...body.map((part) => Buffer.from(part as string, 'latin1')),
    Buffer.from('.'),
  ]);
}

const arrayOf = (code: string, order: string, count: number, content: string) =>
  pickle(
    'cnumpy.core.multiarray\n_reconstruct\n(tR',
    `(K\x01(K${String.fromCharCode(count)}tcnumpy\ndtype\n(X\x02\0\0\0${code}tR`,
    `(K\x03X\x01\0\0\0${order}NNNtb\x89`,
    `C${String.fromCharCode(content.length)}${content}tb`,
  );

describe('an array', () => {
  it.each([
    ['i1', '|', '\xff\x02', [-1, 2]],
    ['u1', '|', '\xff\x02', [255, 2]],
    ['i2', '<', '\xfe\xff\x01\x00', [-2, 1]],
    ['u2', '<', '\xfe\xff\x01\x00', [65534, 1]],
    ['u4', '=', '\x01\0\0\0\0\x01\0\0', [1, 256]],
    ['f4', '<', '\0\0\xc0\x3f\0\0\0\xc0', [1.5, -2]],
  ])('of %s, byte order %s', (code, order, content, values) => {
    expect(readNumpyPickle(arrayOf(code, order, 2, content))).toEqual(values);
  });

  it.each([
    ['of big-endian numbers', arrayOf('i2', '>', 2, '\x01\0\x02\0'), /kind >i2/],
    ['of objects', arrayOf('O8', '|', 1, '\0\0\0\0\0\0\0\0'), /kind \|O8/],
    ['with another size than it says', arrayOf('i2', '<', 3, '\x01\0\x02\0'), /another size/],
    ['cut off within a number', arrayOf('i2', '<', 2, '\x01\0\x02'), /no numbers/],
  ])('%s is refused', (_, content, reason) => {
    expect(() => readNumpyPickle(content)).toThrow(reason);
  });
});

it.each([
  ['a call', pickle('cos\nsystem\n(X\x02\0\0\0lstR'), /os\.system, which is not needed/],
  ['builtins.eval', pickle('cbuiltins\neval\n(X\x01\0\0\x001tR'), /builtins\.eval/],
  ['a key that is no text', pickle('}K\x01K\x02s'), /a key/],
  ['a name that is only mentioned', pickle('cnumpy\nndarray\n'), /something else/],
  ['bytes in a strange encoding', pickle('c_codecs\nencode\n(X\x01\0\0\0aX\x04\0\0\0utf8tR'), /strange way/],
  ['something outside itself', pickle('X\x01\0\0\0aQ'), /outside/],
  ['a number that is none', Buffer.from('I1x\n.'), /no number/],
  ['a text without quotes', Buffer.from('Sabc\n.'), /without quotes/],
  ['a text with escapes', Buffer.from("S'a\\\\nb'\n."), /escapes/],
  ['no pickle', Buffer.from('{"gnd": []}'), PickleError],
])('%s is refused', (_, content, reason) => {
  expect(() => readNumpyPickle(content)).toThrow(reason);
});
