/** How the brightness and the contrast of two pictures of one thing differ. */

export interface Tone {
  readonly gain: number;
  readonly offset: number;
}

/**
 * The gain and the offset that make a most like b, by least squares over what both have.
 * @param a and @param b NaN where there is nothing
 * @returns null without a value in common
 */
export function fitTone(a: ArrayLike<number>, b: ArrayLike<number>): Tone | null {
  let [count, sumA, sumB, squares, products] = [0, 0, 0, 0, 0];
  for (let at = 0; at < a.length; at++) {
    const [one, other] = [a[at]!, b[at]!];
    if (Number.isNaN(one + other)) continue;
    count++;
    sumA += one;
    sumB += other;
    squares += one * one;
    products += one * other;
  }
  if (count === 0) return null;
  const variance = squares - (sumA * sumA) / count;
  // A picture that is flat tells brightness, and nothing of contrast.
  const gain = variance > count ? (products - (sumA * sumB) / count) / variance : 1;
  return { gain, offset: (sumB - gain * sumA) / count };
}

/** The mean absolute difference that remains, in the values of b; NaN where they have none in common. */
export function residualOf(a: ArrayLike<number>, b: ArrayLike<number>, { gain, offset }: Tone): number {
  let [count, sum] = [0, 0];
  for (let at = 0; at < a.length; at++) {
    const difference = Math.abs(gain * a[at]! + offset - b[at]!);
    if (Number.isNaN(difference)) continue;
    count++;
    sum += difference;
  }
  return sum / count;
}
