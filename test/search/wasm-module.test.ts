import fc from 'fast-check';
import { expect, it } from 'vitest';
import { access, apply, encodeModule, get, i32, set, whileLoop } from '../../src/search/wasm-module.ts';
import type { Code, WasmFunction } from '../../src/search/wasm-module.ts';

const pages = 3;

/** Runs a function of the given parameters on a memory of a page, and gives the float32 that it left at 0. */
function run(body: Code, parameters: readonly number[] = [], locals: WasmFunction['locals'] = []): number {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: pages, shared: true });
  const definition = { name: 'work', parameters: parameters.map(() => 'i32' as const), locals, body };
  const module = new WebAssembly.Module(encodeModule(definition, pages));
  const { exports } = new WebAssembly.Instance(module, { akin: { memory } });
  (exports['work'] as (...values: number[]) => void)(...parameters);
  return new DataView(memory.buffer).getFloat32(0, true);
}

const store = (value: Code) => access('f32.store', 0, i32(0), apply('f32.convert_i32_s', value));

it('writes integers of any size', () => {
  const edges = fc.constantFrom(0, -1, 63, 64, -64, -65, 127, 128, 8191, 8192, 2 ** 31 - 1, -(2 ** 31));
  fc.assert(
    fc.property(fc.oneof(edges, fc.integer()), (value) => {
      expect(run(store(i32(value)))).toBe(Math.fround(value));
    }),
  );
});

it('writes a loop, which does not run when its condition does not hold at first', () => {
  const [count, at, sum] = [0, 1, 2] as const;
  const body = [
    ...whileLoop(apply('i32.lt_u', get(at), get(count)), [
      ...set(at, apply('i32.add', get(at), i32(1))),
      ...set(sum, apply('i32.add', get(sum), apply('i32.mul', get(at), get(at)))),
    ]),
    ...store(get(sum)),
  ];
  expect(run(body, [4], ['i32', 'i32'])).toBe(1 + 4 + 9 + 16);
  expect(run(body, [0], ['i32', 'i32'])).toBe(0);
});

it('writes offsets of more than one byte', () => {
  const large = 40_000;
  const value = apply('f32.add', access('f32.load', large, i32(8)), access('f32.load', large + 8, i32(0)));
  const body = [
    ...access('f32.store', large, i32(8), apply('f32.convert_i32_s', i32(21))),
    ...access('f32.store', 0, i32(0), value),
  ];
  expect(run(body)).toBe(42);
});
