/** Two photos beside each other, and the points that agree between them. */
import type { Point, Rectangle } from './box-drawing.ts';
import type { Size } from './zoom.ts';

/** A point on the first photo and its partner on the second, as fractions of them. */
export interface PointPair {
  first: Point;
  second: Point;
}

/** More lines than this hide each other and the photos. */
export const mostDrawn = 150;

/** @param pairs [pairs, 4]: x and y on the first photo, then on the second */
export function readPairs(pairs: Float32Array): PointPair[] {
  return Array.from({ length: pairs.length >> 2 }, (_, pair) => {
    const [firstX = 0, firstY = 0, secondX = 0, secondY = 0] = pairs.subarray(pair * 4, pair * 4 + 4);
    return { first: { x: firstX, y: firstY }, second: { x: secondX, y: secondY } };
  });
}

/**
 * Those that tell most about where points agree, when there are too many to draw: the first one, then again and again
 * the one that is farthest from all that were taken, on the first photo. From left to right.
 */
export function spreadPairs(pairs: readonly PointPair[], most: number): PointPair[] {
  const taken: PointPair[] = [];
  const distance = new Float64Array(pairs.length).fill(Infinity);
  let next = 0;
  while (taken.length < Math.min(most, pairs.length)) {
    const pair = pairs[next];
    if (!pair) break;
    taken.push(pair);
    distance[next] = -1;
    let farthest = -1;
    for (const [place, { first }] of pairs.entries()) {
      const known = distance[place] ?? -1;
      if (known < 0) continue;
      const away = Math.hypot(first.x - pair.first.x, first.y - pair.first.y);
      const least = Math.min(known, away);
      distance[place] = least;
      if (farthest < 0 || least > (distance[farthest] ?? -1)) farthest = place;
    }
    next = farthest;
  }
  return taken.sort((one, other) => one.first.x - other.first.x || one.first.y - other.first.y);
}

/** Room between the two photos, in CSS pixels. */
const gap = 24;

/**
 * Lays two photos side by side, or one over the other, whichever shows more of them; each as large as it fits into
 * its half, in the middle of it.
 * @param aspects upright width / height
 */
export function placePair(aspects: readonly [number, number], view: Size): [Rectangle, Rectangle] {
  const beside = placeHalves(aspects, view, 'beside');
  const over = placeHalves(aspects, view, 'over');
  return area(over) > area(beside) ? over : beside;
}

function placeHalves(
  [first, second]: readonly [number, number],
  view: Size,
  how: 'beside' | 'over',
): [Rectangle, Rectangle] {
  const width = Math.max(0, how === 'beside' ? (view.width - gap) / 2 : view.width);
  const height = Math.max(0, how === 'over' ? (view.height - gap) / 2 : view.height);
  const [left, top] = how === 'beside' ? [width + gap, 0] : [0, height + gap];
  return [fit(first, { left: 0, top: 0, width, height }), fit(second, { left, top, width, height })];
}

function fit(aspect: number, room: Rectangle): Rectangle {
  const width = Math.min(room.width, room.height * aspect);
  const height = width / aspect;
  return {
    left: room.left + (room.width - width) / 2,
    top: room.top + (room.height - height) / 2,
    width,
    height,
  };
}

/** By the smaller one: two photos of much different sizes cannot be compared. */
function area(places: readonly Rectangle[]): number {
  return Math.min(...places.map(({ width, height }) => width * height));
}

/** Where a point of a photo lies on screen. */
export function pointIn({ left, top, width, height }: Rectangle, { x, y }: Point): Point {
  return { x: left + x * width, y: top + y * height };
}
