/** A watermark and a screen to show a photo on, drawn as pixels. */
import sharp from 'sharp';
import type { OverlayOptions, Sharp } from 'sharp';
import type { RgbPixels } from '../../model/trunk.ts';
import type { Random } from './random-numbers.ts';

interface Drawing {
  /** [height, width, 4] */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

type Colour = readonly [red: number, green: number, blue: number, alpha: number];

interface Area {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** A line of writing across a fifth to two fifths of the photo's height, and a mark in a corner. */
export function drawWatermark(photo: RgbPixels, opacity: number, random: Random): OverlayOptions {
  const { width, height } = photo;
  const drawing: Drawing = { data: new Uint8Array(width * height * 4), width, height };
  const alpha = Math.round(255 * opacity);
  const ink: Colour = random() < 0.5 ? [255, 255, 255, alpha] : [20, 20, 20, alpha];
  const line = Math.round(height * (0.08 + 0.06 * random()));
  write(
    drawing,
    {
      left: Math.round(width * 0.1),
      top: Math.round(height * (0.3 + 0.4 * random())),
      width: Math.round(width * 0.8),
      height: line,
    },
    ink,
    random,
  );
  const mark = Math.round(Math.min(width, height) * 0.12);
  fill(drawing, { left: width - mark - 10, top: height - mark - 10, width: mark, height: mark }, [
    200,
    30,
    30,
    alpha,
  ]);
  return { input: Buffer.from(drawing.data.buffer), raw: { width, height, channels: 4 } };
}

/** The photo in the window of an app: with bars above and below, a list beside it, and a page around. */
export async function drawOnScreen(
  image: Sharp,
  photo: RgbPixels,
  share: number,
  random: Random,
): Promise<Sharp> {
  const screen = { width: 1280, height: 800 };
  const drawing: Drawing = { data: new Uint8Array(screen.width * screen.height * 4), ...screen };
  const isDark = random() < 0.5;
  const page: Colour = isDark ? [28, 28, 32, 255] : [245, 245, 247, 255];
  const bar: Colour = isDark ? [48, 48, 54, 255] : [225, 226, 230, 255];
  const ink: Colour = isDark ? [210, 210, 215, 255] : [50, 50, 55, 255];
  fill(drawing, { left: 0, top: 0, ...screen }, page);
  fill(drawing, { left: 0, top: 0, width: screen.width, height: 44 }, bar);
  fill(drawing, { left: 0, top: screen.height - 32, width: screen.width, height: 32 }, bar);
  write(drawing, { left: 16, top: 14, width: 300, height: 16 }, ink, random);
  for (let top = 70; top < screen.height - 70; top += 34) {
    write(drawing, { left: 20, top, width: 60 + Math.round(random() * 60), height: 12 }, ink, random);
  }
  const room = { width: screen.width - 160, height: screen.height - 96 };
  const scale = share * Math.min(room.width / photo.width, room.height / photo.height);
  const size = { width: Math.round(photo.width * scale), height: Math.round(photo.height * scale) };
  const place = {
    left: 150 + Math.round(random() * (room.width - size.width)),
    top: 54 + Math.round(random() * (room.height - size.height)),
  };
  const shown = await image
    .resize({ ...size, fit: 'fill' })
    .png()
    .toBuffer();
  // Flattened at once: what follows would come before the photo is put in.
  const { data, info } = await sharp(drawing.data, { raw: { ...screen, channels: 4 } })
    .composite([{ input: shown, ...place }])
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } });
}

function fill({ data, width, height }: Drawing, area: Area, colour: Colour): void {
  for (let y = Math.max(0, area.top); y < Math.min(height, area.top + area.height); y++) {
    for (let x = Math.max(0, area.left); x < Math.min(width, area.left + area.width); x++) {
      data.set(colour, (y * width + x) * 4);
    }
  }
}

/** Something like writing: letters on a grid of 5 x 7 points, of which about half are set. */
function write(drawing: Drawing, area: Area, ink: Colour, random: Random): void {
  const point = Math.max(1, Math.round(area.height / 7));
  for (let left = area.left; left + 5 * point <= area.left + area.width; left += 6 * point) {
    if (random() < 0.15) continue;
    for (let row = 0; row < 7; row++) {
      for (let column = 0; column < 5; column++) {
        if (random() < 0.5) continue;
        fill(
          drawing,
          { left: left + column * point, top: area.top + row * point, width: point, height: point },
          ink,
        );
      }
    }
  }
}
