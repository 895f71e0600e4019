import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeKernel,
  largestRowStep,
  maximumPages,
  paddedDimensions,
  quantiseQuery,
  rowBytes,
  rowHead,
} from '../../src/search/scan-kernel.ts';
import type { ScanRows } from '../../src/search/scan-kernel.ts';
import { seededRandom } from '../bench/seeded-random.ts';

const at = { list: 0, out: 1024, query: 4096, rows: 16_384 };

interface Row {
  scale: number;
  steps: readonly number[];
}

/** Puts rows and a query into a memory and runs the kernel on the rows of the list. */
function run(
  dimensions: number,
  rows: readonly Row[],
  list: readonly number[],
  query: Int16Array,
  margin: number,
) {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: maximumPages, shared: true });
  const module = new WebAssembly.Module(encodeKernel(dimensions));
  const { exports } = new WebAssembly.Instance(module, { akin: { memory } });
  for (const [index, { scale, steps }] of rows.entries()) {
    const begin = at.rows + index * rowBytes(dimensions);
    new DataView(memory.buffer).setFloat32(begin + rowHead.scale, scale, true);
    new Int8Array(memory.buffer, begin + rowHead.bytes).set(steps);
  }
  new Int16Array(memory.buffer, at.query).set(query);
  new Uint32Array(memory.buffer, at.list).set(list);
  (exports['scan'] as ScanRows)(at.list, list.length, at.rows, at.query, margin, at.out);
  const out = new Float32Array(memory.buffer, at.out, 2 * list.length);
  return list.map((_, place) => ({ lower: out[2 * place], upper: out[2 * place + 1] }));
}

const f = Math.fround;

describe('the kernel', () => {
  it('computes worked values', () => {
    const rows = [
      { scale: 1, steps: [1, 2, 3] },
      { scale: 0.5, steps: [-127, 0, 127] },
      { scale: 0, steps: [5, 5, 5] },
    ];
    const query = new Int16Array(16);
    query.set([100, -10, 8191]);
    expect(run(3, rows, [2, 1, 0], query, 0)).toEqual([
      { lower: 0, upper: 0 },
      { lower: 513778.5, upper: 513778.5 },
      { lower: 24653, upper: 24653 },
    ]);
    expect(run(3, rows, [1], query, 3)).toEqual([{ lower: 513777, upper: 513780 }]);
    expect(run(3, rows, [], query, 3)).toEqual([]);
  });

  it('computes what plain integers compute, for any dimensions', () => {
    const cases = fc.integer({ min: 1, max: 80 }).chain((dimensions) => {
      const vectorOf = (limit: number) =>
        fc.array(fc.integer({ min: -limit, max: limit }), { minLength: dimensions, maxLength: dimensions });
      const row = fc.record({
        scale: fc.float({ min: 0, max: 1, noNaN: true }),
        steps: vectorOf(largestRowStep),
      });
      return fc.record({
        dimensions: fc.constant(dimensions),
        rows: fc.array(row, { minLength: 1, maxLength: 5 }),
        list: fc.array(fc.nat(4), { maxLength: 8 }),
        query: vectorOf(8191),
        margin: fc.float({ min: 0, max: 1e6, noNaN: true }),
      });
    });
    fc.assert(
      fc.property(cases, ({ dimensions, rows, list, query, margin }) => {
        const listed = list.filter((row) => row < rows.length);
        const steps = new Int16Array(paddedDimensions(dimensions));
        steps.set(query);
        const expected = listed.map((index) => {
          const { scale, steps: row } = rows[index]!;
          const product = f(row.reduce((sum, step, place) => sum + step * query[place]!, 0));
          return { lower: f(scale * f(product - margin)), upper: f(scale * f(product + margin)) };
        });
        const found = run(dimensions, rows, listed, steps, margin);
        // -0 and 0 are the same bound.
        for (const [place, { lower, upper }] of found.entries()) {
          expect(lower! + 0).toBe(expected[place]!.lower + 0);
          expect(upper! + 0).toBe(expected[place]!.upper + 0);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('does not overflow with the largest steps of 2048 dimensions', () => {
    const dimensions = 2048;
    const rows = [{ scale: 1, steps: new Array<number>(dimensions).fill(-largestRowStep) }];
    const query = new Int16Array(dimensions).fill(8191);
    const product = f(-largestRowStep * 8191 * dimensions);
    expect(run(dimensions, rows, [0], query, 0)).toEqual([{ lower: product, upper: product }]);
  });
});

describe('a quantised query', () => {
  it('uses all steps, and rounds to the nearest', () => {
    const { steps } = quantiseQuery(Float32Array.of(0.5, -0.25, 0.0001, 0));
    expect([...steps.subarray(0, 4)]).toEqual([8191, -4095, 2, 0]);
    expect(steps).toHaveLength(16);
  });

  it('has steps of zero for a vector of zeros', () => {
    expect([...quantiseQuery(new Float32Array(3)).steps]).toEqual(new Array(16).fill(0));
  });

  it('has a margin that holds for descriptors rounded to steps, which is not much larger than their errors', () => {
    const dimensions = 512;
    // Four standard deviations: one in sixteen thousand errors is larger.
    const random = seededRandom(3);
    const errors = Array.from({ length: 400 }, () =>
      Array.from({ length: dimensions }, () => random() - 0.5),
    );
    const query = Float32Array.from(errors.pop()!);
    const { steps, margin } = quantiseQuery(query);
    const queryScale = Math.max(...query.map(Math.abs)) / 8191;
    const shares = errors.map((values) => {
      const row = Float32Array.from(values);
      const scale = Math.max(...row.map(Math.abs)) / largestRowStep;
      let exact = 0;
      let rounded = 0;
      for (let index = 0; index < dimensions; index++) {
        exact += row[index]! * query[index]!;
        rounded += Math.round(row[index]! / scale) * steps[index]!;
      }
      return Math.abs(rounded - exact / (scale * queryScale)) / margin;
    });
    expect(Math.max(...shares)).toBeLessThan(1);
    expect(Math.max(...shares)).toBeGreaterThan(0.4);
  });
});
