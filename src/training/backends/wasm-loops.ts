/** Loops over values that lie as [batch, height, width, channels], or as rows of channels. */

/** How a convolution lies; padding is in pixels. */
export interface Frame {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
  readonly outputChannels: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly top: number;
  readonly left: number;
}

/**
 * What the kernel lies over at each place of the output: out is [batch, outputHeight, outputWidth, kernelHeight,
 * kernelWidth, channels], and 0 where that is padding.
 */
export function collectPatches(x: Float32Array, out: Float32Array, frame: Frame): void {
  const { channels } = frame;
  out.fill(0);
  let target = 0;
  for (let image = 0; image < frame.batch; image++) {
    for (let row = 0; row < frame.outputHeight; row++) {
      for (let column = 0; column < frame.outputWidth; column++) {
        const left = column * frame.strideWidth - frame.left;
        const from = Math.max(0, -left);
        const to = Math.min(frame.kernelWidth, frame.width - left);
        for (let kernelRow = 0; kernelRow < frame.kernelHeight; kernelRow++) {
          const y = row * frame.strideHeight - frame.top + kernelRow;
          if (y >= 0 && y < frame.height && to > from) {
            const source = ((image * frame.height + y) * frame.width + left) * channels;
            copy(x, source + from * channels, source + to * channels, out, target + from * channels);
          }
          target += frame.kernelWidth * channels;
        }
      }
    }
  }
}

/**
 * The output's gradient with its pixels as far apart as the strides say, in zeros, such that a convolution without
 * padding over it gives the input's size: out is [batch, height + kernelHeight - 1, width + kernelWidth - 1, channels].
 * @param channels of the gradient
 */
export function spread(dy: Float32Array, out: Float32Array, frame: Frame, channels: number): void {
  const height = frame.height + frame.kernelHeight - 1;
  const width = frame.width + frame.kernelWidth - 1;
  const top = frame.kernelHeight - 1 - frame.top;
  const left = frame.kernelWidth - 1 - frame.left;
  out.fill(0);
  for (let image = 0; image < frame.batch; image++) {
    for (let row = 0; row < frame.outputHeight; row++) {
      const y = top + row * frame.strideHeight;
      if (y < 0 || y >= height) continue;
      const source = (image * frame.outputHeight + row) * frame.outputWidth * channels;
      const target = (image * height + y) * width * channels;
      for (let column = 0; column < frame.outputWidth; column++) {
        const x = left + column * frame.strideWidth;
        if (x < 0 || x >= width) continue;
        copy(dy, source + column * channels, source + (column + 1) * channels, out, target + x * channels);
      }
    }
  }
}

/** The gradient of a depthwise kernel with one filter a channel: out is [kernelHeight, kernelWidth, channels]. */
export function depthwiseKernelGradient(
  x: Float32Array,
  dy: Float32Array,
  out: Float32Array,
  frame: Frame,
): void {
  const { channels } = frame;
  // Single precision would lose what is small among tens of thousands of terms.
  const sums = new Float64Array(out.length);
  for (let image = 0; image < frame.batch; image++) {
    for (let row = 0; row < frame.outputHeight; row++) {
      const gradient = (image * frame.outputHeight + row) * frame.outputWidth * channels;
      for (let kernelRow = 0; kernelRow < frame.kernelHeight; kernelRow++) {
        const y = row * frame.strideHeight - frame.top + kernelRow;
        if (y < 0 || y >= frame.height) continue;
        const source = (image * frame.height + y) * frame.width * channels;
        for (let kernelColumn = 0; kernelColumn < frame.kernelWidth; kernelColumn++) {
          const offset = kernelColumn - frame.left;
          const first = Math.max(0, Math.ceil(-offset / frame.strideWidth));
          const end = Math.min(
            frame.outputWidth,
            Math.floor((frame.width - 1 - offset) / frame.strideWidth) + 1,
          );
          const target = (kernelRow * frame.kernelWidth + kernelColumn) * channels;
          for (let column = first; column < end; column++) {
            const from = source + (column * frame.strideWidth + offset) * channels;
            addProducts(x, from, dy, gradient + column * channels, sums, target, channels);
          }
        }
      }
    }
  }
  out.set(sums);
}

/** The sum of rows: x is [rows, out.length]. */
export function sumOfRows(x: Float32Array, out: Float32Array): void {
  const sums = new Float64Array(out.length);
  for (let start = 0; start < x.length; start += sums.length) {
    for (let i = 0; i < sums.length; i++) sums[i]! += x[start + i]!;
  }
  out.set(sums);
}

/** Adds each row of x to the row of out that `segments` says; rows of segments that are not there go nowhere. */
export function sumOfSegments(
  x: Float32Array,
  segments: Int32Array,
  out: Float32Array,
  length: number,
): void {
  const sums = new Float64Array(out.length);
  for (const [row, segment] of segments.entries()) {
    const target = segment * length;
    if (target < 0 || target >= sums.length) continue;
    for (let i = 0; i < length; i++) sums[target + i]! += x[row * length + i]!;
  }
  out.set(sums);
}

function addProducts(
  a: Float32Array,
  aStart: number,
  b: Float32Array,
  bStart: number,
  out: Float64Array,
  start: number,
  length: number,
): void {
  for (let i = 0; i < length; i++) out[start + i]! += a[aStart + i]! * b[bStart + i]!;
}

/** For a few values, a loop is faster than a call. */
function copy(from: Float32Array, start: number, end: number, to: Float32Array, target: number): void {
  if (end - start > 32) to.set(from.subarray(start, end), target);
  else for (let i = start; i < end; i++) to[target++] = from[i]!;
}
