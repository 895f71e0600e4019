/** What lies around a picture that is part of another one: more of the picture, an even border, or a screen. */
import type { Affine } from './affine.ts';
import { invert } from './affine.ts';
import { valueAt } from './plane.ts';
import type { Plane } from './plane.ts';

export type Framing = 'cropped' | 'border' | 'screenshot';

/** Points that are looked at along each side of the inner picture. */
const pointsToSide = 64;
/** Pixels from the edge, and from there to the next place that is looked at. */
const step = 3;
/** Grey values from one side of the edge to the other: so much more than within the picture, and the picture ends there. */
const breaking = { factor: 2, atLeast: 6 };
/** A border's pixels are as bright as this, give or take; and nearly all of them are. */
const even = { within: 8, share: 0.93 };
/** Of the inner picture: so far from it, what lies outside is no more mixed with it. */
const margin = 0.02;

/** @param inner from the fractions of the whole to those of the inner picture */
export function framingOf(whole: Plane, inner: Affine): Framing {
  if (!breaksOff(whole, inner)) return 'cropped';
  return evennessAround(whole, inner) >= even.share ? 'border' : 'screenshot';
}

/** Whether the picture ends at the edge of the inner one, rather than going on. */
function breaksOff(whole: Plane, inner: Affine): boolean {
  const outward = invert(inner);
  if (!outward) return false;
  const [a, b, c, d, e, f] = outward;
  const place = (u: number, v: number) =>
    [(a * u + b * v + c) * whole.width, (d * u + e * v + f) * whole.height] as const;
  const [middleX, middleY] = place(0.5, 0.5);
  let [across, within, points] = [0, 0, 0];
  for (const [fromU, fromV, toU, toV] of [
    [0, 0, 1, 0],
    [1, 0, 1, 1],
    [1, 1, 0, 1],
    [0, 1, 0, 0],
  ] as const) {
    const [startX, startY] = place(fromU, fromV);
    const [endX, endY] = place(toU, toV);
    // At right angles to the side, one pixel long, to the outside.
    const length = Math.hypot(endX - startX, endY - startY);
    const [x, y] = [(endY - startY) / length, (startX - endX) / length];
    const isOutward = x * (startX - middleX) + y * (startY - middleY) > 0;
    const [outX, outY] = isOutward ? [x, y] : [-x, -y];
    for (let at = 1; at < pointsToSide; at++) {
      const share = at / pointsToSide;
      const [edgeX, edgeY] = [startX + share * (endX - startX), startY + share * (endY - startY)];
      const [outside, inside, deeper] = [step, -step, -3 * step].map((far) =>
        valueAt(whole, edgeX + far * outX, edgeY + far * outY),
      ) as [number, number, number];
      if (Number.isNaN(outside + inside + deeper)) continue;
      across += Math.abs(outside - inside);
      within += Math.abs(inside - deeper);
      points++;
    }
  }
  return points > 0 && across > breaking.factor * within + breaking.atLeast * points;
}

/** The share of what lies around the inner picture that is nearly as bright as most of it. */
function evennessAround({ data, width, height }: Plane, [a, b, c, d, e, f]: Affine): number {
  const counts = new Uint32Array(256);
  let outside = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [column, row] = [(x + 0.5) / width, (y + 0.5) / height];
      const [u, v] = [a * column + b * row + c, d * column + e * row + f];
      if (u > -margin && u < 1 + margin && v > -margin && v < 1 + margin) continue;
      outside++;
      counts[Math.round(data[y * width + x]!)]!++;
    }
  }
  let most = 0;
  for (let grey = 0; grey < counts.length; grey++) {
    const near = counts.subarray(Math.max(0, grey - even.within), grey + even.within + 1);
    most = Math.max(
      most,
      near.reduce((sum, count) => sum + count, 0),
    );
  }
  return outside > 0 ? most / outside : 1;
}
