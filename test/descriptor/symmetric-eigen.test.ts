import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { symmetricEigen } from '../../src/descriptor/symmetric-eigen.ts';

/** A symmetric matrix of up to 12 rows, row-major; small whole numbers make equal eigenvalues and zeros common. */
const symmetric = fc.integer({ min: 1, max: 12 }).chain((n) =>
  fc
    .oneof(
      entries(n, fc.double({ min: -100, max: 100, noNaN: true })),
      entries(n, fc.integer({ min: -2, max: 2 })),
    )
    .map((values) => {
      const matrix = new Float64Array(n * n);
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) matrix[i * n + j] = values[cell(i, j)]!;
      return { n, matrix };
    }),
);

function entries(n: number, value: fc.Arbitrary<number>): fc.Arbitrary<number[]> {
  const length = (n * (n + 1)) / 2;
  return fc.array(value, { minLength: length, maxLength: length });
}

/** Where a lower triangle that is stored row by row has this entry. */
function cell(i: number, j: number): number {
  const [row, column] = i > j ? [i, j] : [j, i];
  return (row * (row + 1)) / 2 + column;
}

/** Jacobi's method: turns away the largest entry beside the diagonal until none is left. */
function jacobiEigenvalues(matrix: Float64Array, n: number): number[] {
  const a = matrix.slice();
  const scale = Math.max(...a.map(Math.abs), Number.MIN_VALUE);
  for (;;) {
    let [p, q, largest] = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++) {
        if (Math.abs(a[i * n + j]!) > largest) [p, q, largest] = [i, j, Math.abs(a[i * n + j]!)];
      }
    }
    if (largest <= 1e-14 * scale) break;
    const angle = Math.atan2(2 * a[p * n + q]!, a[q * n + q]! - a[p * n + p]!) / 2;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    for (let k = 0; k < n; k++) {
      const [kp, kq] = [a[k * n + p]!, a[k * n + q]!];
      a[k * n + p] = c * kp - s * kq;
      a[k * n + q] = s * kp + c * kq;
    }
    for (let k = 0; k < n; k++) {
      const [pk, qk] = [a[p * n + k]!, a[q * n + k]!];
      a[p * n + k] = c * pk - s * qk;
      a[q * n + k] = s * pk + c * qk;
    }
  }
  return Array.from({ length: n }, (_, i) => a[i * n + i]!).sort((x, y) => y - x);
}

function rowOf(vectors: Float64Array, n: number, row: number): number[] {
  return [...vectors.subarray(row * n, (row + 1) * n)];
}

function product(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0);
}

/** How far apart two numbers may be: rounding grows with the matrix. */
function tolerance(matrix: Float64Array): number {
  return 1e-11 * Math.max(1, ...matrix.map(Math.abs));
}

describe('worked cases', () => {
  test('2 x 2', () => {
    const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
    expect([...values].map((value) => +value.toFixed(12))).toEqual([3, 1]);
    const half = Math.SQRT1_2;
    for (const [index, value] of [half, half].entries()) expect(vectors[index]).toBeCloseTo(value, 12);
    expect(vectors[2]! * vectors[3]!).toBeCloseTo(-0.5, 12);
  });

  test('a chain of springs, whose eigenvalues are 2 - 2 cos(k pi / (n + 1))', () => {
    const n = 40;
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      matrix[i * n + i] = 2;
      if (i > 0) matrix[i * n + i - 1] = matrix[(i - 1) * n + i] = -1;
    }
    const { values } = symmetricEigen(matrix, n);
    for (const [index, value] of values.entries()) {
      expect(value).toBeCloseTo(2 - 2 * Math.cos(((n - index) * Math.PI) / (n + 1)), 12);
    }
  });

  test.each([
    [1, [7]],
    [3, [0, 0, 0, 0, 0, 0, 0, 0, 0]],
    [3, [4, 0, 0, 0, 4, 0, 0, 0, 4]],
    [2, [0, 1, 1, 0]],
    [3, [1, 1, 1, 1, 1, 1, 1, 1, 1]],
    // Their squares underflow.
    [3, [0, 0, 0, 0, 0, 5e-324, 0, 5e-324, 0]],
    [3, [0, 0, 1e-162, 0, 0, 0, 1e-162, 0, 0]],
  ])('%i x %i: values and vectors belong together', (n, entries) => {
    const matrix = Float64Array.from(entries);
    const { values, vectors } = symmetricEigen(matrix, n);
    for (const [row, value] of values.entries()) {
      const vector = rowOf(vectors, n, row);
      for (let i = 0; i < n; i++)
        expect(product(rowOf(matrix, n, i), vector)).toBeCloseTo(value * vector[i]!, 12);
    }
  });
});

test('the eigenvalues are those of Jacobi, from largest to smallest', () => {
  fc.assert(
    fc.property(symmetric, ({ n, matrix }) => {
      const expected = jacobiEigenvalues(matrix, n);
      const { values } = symmetricEigen(matrix, n);
      for (const [index, value] of expected.entries()) {
        expect(Math.abs(values[index]! - value)).toBeLessThan(tolerance(matrix));
      }
    }),
  );
});

test('the vectors are orthonormal, give the matrix back, and have a positive largest entry', () => {
  fc.assert(
    fc.property(symmetric, ({ n, matrix }) => {
      const { values, vectors } = symmetricEigen(matrix, n);
      const rows = Array.from({ length: n }, (_, row) => rowOf(vectors, n, row));
      for (const [i, one] of rows.entries()) {
        for (const [j, other] of rows.entries()) expect(product(one, other)).toBeCloseTo(i === j ? 1 : 0, 10);
        expect(Math.max(...one)).toBeGreaterThanOrEqual(-Math.min(...one));
      }
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          const back = rows.reduce((sum, row, k) => sum + values[k]! * row[i]! * row[j]!, 0);
          expect(Math.abs(back - matrix[i * n + j]!)).toBeLessThan(tolerance(matrix));
        }
      }
    }),
  );
});

test('the largest value is what power iteration finds in a covariance of 80 channels', () => {
  const n = 80;
  const factor = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => Math.sin((i * n + j) ** 2 + 1)),
  );
  const rows = factor.map((one) => factor.map((other) => product(one, other) / n));
  const matrix = Float64Array.from(rows.flat());
  let vector = factor[0]!;
  for (let step = 0; step < 2000; step++) {
    const next = rows.map((row) => product(row, vector));
    const length = Math.hypot(...next);
    vector = next.map((value) => value / length);
  }
  const rayleigh = product(
    vector,
    rows.map((row) => product(row, vector)),
  );
  const { values, vectors } = symmetricEigen(matrix, n);
  expect(values[0]! / rayleigh).toBeCloseTo(1, 9);
  expect(Math.abs(product(rowOf(vectors, n, 0), vector))).toBeCloseTo(1, 6);
  const trace = rows.reduce((sum, row, i) => sum + row[i]!, 0);
  expect(values.reduce((a, b) => a + b) / trace).toBeCloseTo(1, 12);
});

test.each([
  [120, 30],
  [200, 39],
])('a matrix of %i rows and rank %i has as many values above 0, and gives itself back', (n, rank) => {
  const matrix = new Float64Array(n * n);
  for (let term = 0; term < rank; term++) {
    const vector = Float64Array.from({ length: n }, (_, i) => Math.sin((term * n + i) ** 2 + 1));
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) matrix[i * n + j]! += vector[i]! * vector[j]!;
  }
  const { values, vectors } = symmetricEigen(matrix, n);
  expect(values.filter((value) => value > 1e-9 * values[0]!)).toHaveLength(rank);
  for (let i = 0; i < n; i += 13) {
    for (let j = 0; j < n; j += 7) {
      let back = 0;
      for (let k = 0; k < n; k++) back += values[k]! * vectors[k * n + i]! * vectors[k * n + j]!;
      expect(back).toBeCloseTo(matrix[i * n + j]!, 9);
    }
  }
});

describe('what is given', () => {
  it('is left as it was', () => {
    const matrix = Float64Array.of(2, 1, 0, 1, 2, 1, 0, 1, 2);
    const before = matrix.slice();
    symmetricEigen(matrix, 3);
    expect(matrix).toEqual(before);
  });

  test.each([NaN, Infinity, -Infinity])('is refused with %s in it', (value) => {
    expect(() => symmetricEigen(Float64Array.of(1, value, value, 1), 2)).toThrow(RangeError);
  });
});
