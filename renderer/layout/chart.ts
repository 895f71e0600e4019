/** Lines of live charts: which points of long curves are drawn, round numbers along the edges, running averages. */

/** A place on a curve; a y of null is a gap. */
export interface ChartPoint {
  x: number;
  y: number | null;
}

/**
 * Draws a long curve with few points: of each stretch the lowest and the highest stay, so that no spike is lost.
 * Stretches are powers of two long and begin at the first point: as points are added, those that are drawn stay
 * where they are until the length of the stretches doubles.
 * @param points by ascending x, without gaps
 * @param limit at least 4; so many points at most come back, in their order
 */
export function thinned<Point extends { y: number }>(points: readonly Point[], limit: number): Point[] {
  if (points.length <= limit) return [...points];
  let stretch = 2;
  // Two of each stretch, and the last point.
  while (2 * Math.ceil(points.length / stretch) + 1 > limit) stretch *= 2;
  const kept: Point[] = [];
  for (let start = 0; start < points.length; start += stretch) {
    const end = Math.min(points.length, start + stretch);
    let [low, high] = [start, start];
    for (let place = start + 1; place < end; place += 1) {
      if (points[place]!.y < points[low]!.y) low = place;
      if (points[place]!.y > points[high]!.y) high = place;
    }
    kept.push(points[Math.min(low, high)]!);
    if (low !== high) kept.push(points[Math.max(low, high)]!);
  }
  const last = points.at(-1)!;
  if (kept.at(-1) !== last) kept.push(last);
  return kept;
}

/**
 * Exponential running average, without the pull towards zero at the start (as Adam corrects its moments; Kingma
 * and Ba, 2015, section 3).
 * @param weight of what came before, 0 <= weight < 1
 */
export function averaged(values: readonly number[], weight: number): number[] {
  let sum = 0;
  let rest = 1;
  return values.map((value) => {
    sum = weight * sum + (1 - weight) * value;
    rest *= weight;
    return sum / (1 - rest);
  });
}

/**
 * Round numbers for an edge from 0 to at least `highest`: multiples of 1, 2 or 5 times a power of ten.
 * @param highest above 0, else 1 is taken
 * @param wanted about how many steps, at least 1
 * @returns ascending, 0 first; the last is the end of the edge
 */
export function roundTicks(highest: number, wanted: number): number[] {
  const top = Number.isFinite(highest) && highest > 0 ? highest : 1;
  const power = 10 ** Math.floor(Math.log10(top / wanted));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power * wanted >= top * (1 - 1e-9)) ?? 10);
  const steps = Math.max(1, Math.ceil(top / step - 1e-9));
  return Array.from({ length: steps + 1 }, (_, place) => Number((place * step).toPrecision(12)));
}

/** An SVG path through points in pixels, rounded to a tenth; a gap lifts the pen. */
export function linePath(
  points: readonly ChartPoint[],
  across: (x: number) => number,
  up: (y: number) => number,
) {
  let path = '';
  let drawing = false;
  for (const { x, y } of points) {
    if (y === null) {
      drawing = false;
      continue;
    }
    path += `${drawing ? 'L' : 'M'}${tenths(across(x))} ${tenths(up(y))}`;
    drawing = true;
  }
  return path;
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
