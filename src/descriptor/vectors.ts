/** Keeps an all-zero vector zero instead of dividing by nothing. */
export const epsilon = 1e-12;

/** Scales the vector to length 1, in place; a vector of zeros stays as it is. Returns the same array. */
export function l2Normalise(vector: Float32Array): Float32Array {
  let sum = 0;
  for (const value of vector) sum += value * value;
  const scale = 1 / (Math.sqrt(sum) + epsilon);
  for (let index = 0; index < vector.length; index++) vector[index]! *= scale;
  return vector;
}

/** The dot product of two vectors of the same length: the similarity of two descriptors. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

/** The length-1 sum of the rows of a [rows, dimensions] matrix: what R-MAC makes of region vectors. */
export function sumOfRows(rows: Float32Array, dimensions: number): Float32Array {
  const sum = new Float32Array(dimensions);
  for (let start = 0; start < rows.length; start += dimensions) {
    for (let index = 0; index < dimensions; index++) sum[index]! += rows[start + index]!;
  }
  return l2Normalise(sum);
}
