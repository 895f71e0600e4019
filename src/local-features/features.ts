/** Length of a local descriptor. */
export const localDimensions = 64;

/** The keypoints of one photo with their descriptors, strongest first. */
export interface LocalFeatures {
  /** Upright size, in pixels, of the picture that the positions are in. */
  readonly width: number;
  readonly height: number;
  /** [count, 2]: x, then y, in pixels of that picture. */
  readonly positions: Float32Array;
  /** [count, 64]: unit vectors times 127, rounded. */
  readonly descriptors: Int8Array;
}

/** How many keypoints there are. */
export function countOf({ positions }: Pick<LocalFeatures, 'positions'>): number {
  return positions.length / 2;
}
