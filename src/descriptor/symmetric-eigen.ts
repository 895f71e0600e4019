/** Eigenvalues from largest to smallest; row i of `vectors` [n, n] is the unit eigenvector of `values[i]`. */
export interface EigenDecomposition {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/** QL needs two or three sweeps a value; far more means that the matrix was not finite. */
const maximumSweeps = 60;

/**
 * After so many, what rounding leaves is all that is left of the entry: in matrices of low rank it stays above its
 * vanishing neighbours for ever, and counts as 0 beside the whole matrix instead.
 */
const patientSweeps = 6;

/** Entries beside the diagonal below this count as 0: their squares would lose precision to underflow. */
const smallestEntry = 1e-146;

/**
 * Eigen-decomposition of a symmetric matrix: Householder reduction to tridiagonal form, then implicit QL.
 * Source: Golub and Van Loan, "Matrix Computations", 4th edition, sections 8.3.1 and 8.3.5. Every vector's largest
 * entry is positive, so that the same matrix always gives the same vectors.
 *
 * @param matrix [n, n], row-major; not changed
 * @throws RangeError if the matrix holds a value that is not finite
 */
export function symmetricEigen(matrix: Float64Array, n: number): EigenDecomposition {
  if (!matrix.every(Number.isFinite)) throw new RangeError('The matrix holds a value that is not finite.');
  const work = matrix.slice();
  const { diagonal, subdiagonal, scales } = tridiagonalise(work, n);
  const rows = accumulateReflections(work, scales, n);
  diagonalise(diagonal, subdiagonal, rows, n);
  return sorted(diagonal, rows, n);
}

interface Tridiagonal {
  diagonal: Float64Array;
  /** subdiagonal[k] is the entry between k and k + 1; the last one is 0. */
  subdiagonal: Float64Array;
  /** The factor of each Householder reflection I - scale v v'; v is left in row k of the matrix, from k + 1 on. */
  scales: Float64Array;
}

function tridiagonalise(a: Float64Array, n: number): Tridiagonal {
  const diagonal = new Float64Array(n);
  const subdiagonal = new Float64Array(n);
  const scales = new Float64Array(n);
  const update = new Float64Array(n);
  for (let k = 0; k < n - 2; k++) {
    const v = a.subarray(k * n, (k + 1) * n);
    const first = v[k + 1]!;
    let tail = 0;
    for (let j = k + 2; j < n; j++) tail += v[j]! * v[j]!;
    if (tail < smallestEntry ** 2) {
      subdiagonal[k] = first;
      continue;
    }
    const length = Math.sqrt(first * first + tail);
    const head = first > 0 ? -tail / (first + length) : first - length;
    const scale = 2 / (head * head + tail);
    v[k + 1] = head;
    subdiagonal[k] = length;
    scales[k] = scale;
    applyFromBothSides(a, n, k + 1, v, scale, update);
  }
  if (n > 1) subdiagonal[n - 2] = a[(n - 2) * n + n - 1]!;
  for (let k = 0; k < n; k++) diagonal[k] = a[k * n + k]!;
  return { diagonal, subdiagonal, scales };
}

/** A -= v w' + w v' on the rows and columns from `start` on, which is the reflection applied left and right. */
function applyFromBothSides(
  a: Float64Array,
  n: number,
  start: number,
  v: Float64Array,
  scale: number,
  w: Float64Array,
): void {
  let along = 0;
  for (let i = start; i < n; i++) {
    let sum = 0;
    for (let j = start, cell = i * n + start; j < n; j++, cell++) sum += a[cell]! * v[j]!;
    w[i] = scale * sum;
    along += w[i]! * v[i]!;
  }
  const half = (scale * along) / 2;
  for (let i = start; i < n; i++) w[i]! -= half * v[i]!;
  for (let i = start; i < n; i++) {
    const vi = v[i]!;
    const wi = w[i]!;
    for (let j = start, cell = i * n + start; j < n; j++, cell++) a[cell]! -= vi * w[j]! + wi * v[j]!;
  }
}

/** The product of the reflections, transposed: row i belongs to column i of the tridiagonal form. */
function accumulateReflections(a: Float64Array, scales: Float64Array, n: number): Float64Array {
  const rows = new Float64Array(n * n);
  for (let i = 0; i < n; i++) rows[i * n + i] = 1;
  for (let k = n - 3; k >= 0; k--) {
    const scale = scales[k]!;
    if (scale === 0) continue;
    const v = a.subarray(k * n, (k + 1) * n);
    for (let i = k + 1; i < n; i++) {
      const row = i * n;
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += rows[row + j]! * v[j]!;
      const factor = scale * sum;
      for (let j = k + 1; j < n; j++) rows[row + j]! -= factor * v[j]!;
    }
  }
  return rows;
}

/** Implicit QL with Wilkinson's shift; turns `diagonal` into the eigenvalues and `rows` into their vectors. */
function diagonalise(diagonal: Float64Array, sub: Float64Array, rows: Float64Array, n: number): void {
  let largest = 0;
  for (let index = 0; index < n; index++)
    largest = Math.max(largest, Math.abs(diagonal[index]!) + Math.abs(sub[index]!));
  for (let low = 0; low < n; low++) {
    for (let sweep = 0; ; sweep++) {
      let high = low;
      const floor = sweep < patientSweeps ? 0 : Number.EPSILON * largest;
      while (high < n - 1 && !isNegligible(diagonal, sub, high, floor)) high++;
      if (high === low) break;
      if (sweep === maximumSweeps) throw new RangeError('The eigenvalues did not converge.');
      sweepUp(diagonal, sub, rows, n, low, high);
    }
  }
}

function isNegligible(diagonal: Float64Array, sub: Float64Array, index: number, floor: number): boolean {
  const size = Math.abs(diagonal[index]!) + Math.abs(diagonal[index + 1]!);
  return Math.abs(sub[index]!) <= Math.max(floor, Number.EPSILON * size + smallestEntry);
}

/** One QL sweep over the unreduced block from `low` to `high`. */
function sweepUp(
  diagonal: Float64Array,
  sub: Float64Array,
  rows: Float64Array,
  n: number,
  low: number,
  high: number,
): void {
  const ratio = (diagonal[low + 1]! - diagonal[low]!) / (2 * sub[low]!);
  const root = Math.hypot(ratio, 1);
  const shift = diagonal[low]! - sub[low]! / (ratio + (ratio >= 0 ? root : -root));
  let bulge = diagonal[high]! - shift;
  let sine = 1;
  let cosine = 1;
  let carried = 0;
  for (let i = high - 1; i >= low; i--) {
    const f = sine * sub[i]!;
    const b = cosine * sub[i]!;
    const r = Math.hypot(f, bulge);
    sub[i + 1] = r;
    if (r === 0) {
      // The block falls apart here: leave the rest to the next sweep.
      diagonal[i + 1]! -= carried;
      sub[high] = 0;
      return;
    }
    sine = f / r;
    cosine = bulge / r;
    const remaining = diagonal[i + 1]! - carried;
    const t = (diagonal[i]! - remaining) * sine + 2 * cosine * b;
    carried = sine * t;
    diagonal[i + 1] = remaining + carried;
    bulge = cosine * t - b;
    rotateRows(rows, n, i, cosine, sine);
  }
  diagonal[low]! -= carried;
  sub[low] = bulge;
  sub[high] = 0;
}

function rotateRows(rows: Float64Array, n: number, i: number, cosine: number, sine: number): void {
  for (let upper = i * n, lower = upper + n, end = lower; upper < end; upper++, lower++) {
    const a = rows[upper]!;
    const b = rows[lower]!;
    rows[lower] = sine * a + cosine * b;
    rows[upper] = cosine * a - sine * b;
  }
}

function sorted(diagonal: Float64Array, rows: Float64Array, n: number): EigenDecomposition {
  const order = Array.from(diagonal.keys()).sort((a, b) => diagonal[b]! - diagonal[a]!);
  const vectors = new Float64Array(n * n);
  for (const [position, index] of order.entries()) {
    const row = rows.subarray(index * n, (index + 1) * n);
    let largest = 0;
    for (const value of row) if (Math.abs(value) > Math.abs(largest)) largest = value;
    vectors.set(largest < 0 ? row.map((value) => -value) : row, position * n);
  }
  return { values: Float64Array.from(order, (index) => diagonal[index]!), vectors };
}
