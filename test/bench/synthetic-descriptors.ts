/** Descriptors that lie as those of a real library do: near each other where photos show the same. */
import { l2Normalise } from '../../src/descriptor/vectors.ts';
import { seededRandom } from './seeded-random.ts';

/** Kinds of picture: photos of the same kind are a little alike, whatever they show. */
const kinds = 64;
const largestScene = 2000;

/**
 * Photos come in scenes, half of them of one photo, a few of hundreds. Two photos of a scene have a similarity from
 * .3 to .9, two of a kind about .1, and others about 0; one in twenty is the photo before it, saved again.
 * @returns [photos, dimensions], each row of length 1
 */
export function syntheticDescriptors(photos: number, dimensions: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  const ofKinds = Array.from({ length: kinds }, () => direction(dimensions, random));
  const matrix = new Float32Array(photos * dimensions);
  let scene = new Float32Array(dimensions);
  let left = 0;
  for (let photo = 0; photo < photos; photo++, left--) {
    if (left === 0) {
      // A share of 1/n of all scenes has n photos or more.
      left = Math.min(largestScene, Math.floor(1 / Math.max(random(), 1e-9)));
      scene = mixed(ofKinds[Math.floor(random() * kinds)]!, direction(dimensions, random), 3);
    }
    const before = matrix.subarray((photo - 1) * dimensions, photo * dimensions);
    const again = photo > 0 && random() < 0.05;
    const row = mixed(again ? before : scene, direction(dimensions, random), again ? 0.1 : 0.3 + random());
    matrix.set(row, photo * dimensions);
  }
  return matrix;
}

/** Other views of photos that are spread over the whole matrix. */
export function syntheticQueries(matrix: Float32Array, dimensions: number, count: number): Float32Array[] {
  const random = seededRandom(99);
  const photos = matrix.length / dimensions;
  return Array.from({ length: count }, (_, at) => {
    const photo = Math.floor(((at + 0.5) * photos) / count);
    const row = matrix.subarray(photo * dimensions, (photo + 1) * dimensions);
    return mixed(row, direction(dimensions, random), 0.5);
  });
}

function mixed(a: Float32Array, b: Float32Array, share: number): Float32Array<ArrayBuffer> {
  const sum = new Float32Array(a.length);
  for (let index = 0; index < a.length; index++) sum[index] = a[index]! + share * b[index]!;
  l2Normalise(sum);
  return sum;
}

/** Sums of uniform numbers: near enough to a normal distribution for directions without a preference. */
function direction(dimensions: number, random: () => number): Float32Array {
  const vector = new Float32Array(dimensions);
  for (let index = 0; index < dimensions; index++) vector[index] = random() + random() + random() - 1.5;
  return l2Normalise(vector);
}
