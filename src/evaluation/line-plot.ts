/** Draws lines in a plane, as an SVG that is readable on light and on dark pages. */

export interface LinePlot {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly Line[];
}

export interface Axis {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  /** Where the axis is marked, and with what. */
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
}

export interface Line {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

const width = 900;
const plane = { left: 64, top: 48, right: 540, bottom: 370 };
const usualHeight = 440;
const legendRow = 20;
/** Hues that stand out from each other and from both backgrounds; marks and dashes tell lines apart without them. */
const hues = ['#2f7ed8', '#d9640b', '#159b74', '#c63c8d', '#8568d6', '#9a7b12', '#5f7482', '#c9403a'];
const dashes = ['none', '7 4', '2 3', '9 3 2 3'];

const style = `
  svg { background: #ffffff; color: #1f2328; font: 13px system-ui, sans-serif; }
  .grid { stroke: currentColor; stroke-opacity: 0.15; }
  .axis { stroke: currentColor; stroke-opacity: 0.6; fill: none; }
  .line { fill: none; stroke-width: 2; }
  text { fill: currentColor; }
  @media (prefers-color-scheme: dark) { svg { background: #0d1117; color: #e6edf3; } }
`;

/** The SVG file's text. */
export function drawLinePlot({ title, x, y, lines }: LinePlot): string {
  const across = (value: number) => scaled(value, x, plane.left, plane.right);
  const up = (value: number) => scaled(value, y, plane.bottom, plane.top);
  const height = Math.max(usualHeight, plane.top + (lines.length + 1) * legendRow);
  const parts = [
    `<text x="${plane.left}" y="26" font-size="15" font-weight="600">${escaped(title)}</text>`,
    ...x.ticks.map(({ at, text }) => verticalTick(across(at), text)),
    ...y.ticks.map(({ at, text }) => horizontalTick(up(at), text)),
    `<path class="axis" d="M${plane.left} ${plane.top}V${plane.bottom}H${plane.right}"/>`,
    `<text x="${(plane.left + plane.right) / 2}" y="${usualHeight - 16}" text-anchor="middle">${escaped(x.label)}</text>`,
    `<text transform="translate(18 ${(plane.top + plane.bottom) / 2}) rotate(-90)" text-anchor="middle">` +
      `${escaped(y.label)}</text>`,
    ...lines.flatMap(({ name, points }, index) => {
      const places = points.map((point) => [across(point.x), up(point.y)] as const);
      return [drawLine(places, index), drawLegend(name, index)];
    }),
  ];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
    `role="img" aria-label="${escaped(title)}">\n<style>${style}</style>\n${parts.join('\n')}\n</svg>\n`
  );
}

function scaled(value: number, { min, max }: Axis, start: number, end: number): number {
  return Math.round((start + ((value - min) / (max - min)) * (end - start)) * 10) / 10;
}

function verticalTick(at: number, text: string): string {
  return (
    `<path class="grid" d="M${at} ${plane.top}V${plane.bottom}"/>` +
    `<text x="${at}" y="${plane.bottom + 20}" text-anchor="middle">${escaped(text)}</text>`
  );
}

function horizontalTick(at: number, text: string): string {
  return (
    `<path class="grid" d="M${plane.left} ${at}H${plane.right}"/>` +
    `<text x="${plane.left - 8}" y="${at + 4}" text-anchor="end">${escaped(text)}</text>`
  );
}

function drawLine(places: readonly (readonly [number, number])[], index: number): string {
  const path = places.map(([x, y], position) => `${position === 0 ? 'M' : 'L'}${x} ${y}`).join('');
  return stroke(path, index) + places.map(([x, y]) => mark(x, y, index)).join('');
}

function drawLegend(name: string, index: number): string {
  const y = plane.top + 8 + index * legendRow;
  const x = plane.right + 20;
  return (
    stroke(`M${x} ${y}H${x + 30}`, index) +
    mark(x + 15, y, index) +
    `<text x="${x + 38}" y="${y + 4}">${escaped(name)}</text>`
  );
}

function stroke(path: string, index: number): string {
  const dash = dashes[index % dashes.length];
  return `<path class="line" stroke="${hueOf(index)}" stroke-dasharray="${dash}" d="${path}"/>`;
}

function mark(x: number, y: number, index: number): string {
  if (index % 3 === 0) return `<circle cx="${x}" cy="${y}" r="3" fill="${hueOf(index)}"/>`;
  if (index % 3 === 1) return `<rect x="${x - 3}" y="${y - 3}" width="6" height="6" fill="${hueOf(index)}"/>`;
  return `<path d="M${x} ${y - 4}l4 7h-8z" fill="${hueOf(index)}"/>`;
}

function hueOf(index: number): string {
  return hues[index % hues.length]!;
}

function escaped(text: string): string {
  // Control characters have no place in XML, not even escaped.
  // eslint-disable-next-line no-control-regex
  const printable = text.replace(/[\0-\x1f\x7f]/g, ' ');
  return printable.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
