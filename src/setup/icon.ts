/** Draws the app's icon, `resources/icons/icon.svg`, in every size that systems want, as `dist/icons/NxN.png`. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { root } from './project.ts';

const drawnSize = 1024;
const sizes = [16, 32, 48, 64, 128, 256, 512, drawnSize];
/** Dots per inch at which an SVG's pixel is a pixel. */
const svgDensity = 72;

export async function drawIcons(): Promise<void> {
  const folder = path.join(root, 'dist/icons');
  await mkdir(folder, { recursive: true });
  for (const size of sizes) {
    // Drawn at its own size rather than reduced: edges stay sharp.
    await sharp(path.join(root, 'resources/icons/icon.svg'), { density: (svgDensity * size) / drawnSize })
      .resize(size, size)
      .png()
      .toFile(path.join(folder, `${size}x${size}.png`));
  }
}
