/** Photos as they are compared, made as a library makes them: with the thumbnail as the picture. */
import type { ComparablePhoto } from '../../src/duplicates/compare.ts';
import { turnPixels } from '../../src/duplicates/orientation.ts';
import { decodePhoto } from '../../src/ingest/decode.ts';
import type { FeatureExtractor } from '../../src/local-features/extract.ts';

export async function comparablePhoto(
  extractor: FeatureExtractor,
  content: Uint8Array,
  name = 'a photo',
): Promise<ComparablePhoto> {
  const { pixels, thumbnail, width, height } = await decodePhoto(content, { longSide: 512, name });
  const { pixels: picture } = await decodePhoto(thumbnail, { longSide: 512, name, thumbnail: false });
  return {
    width,
    height,
    picture,
    features: await extractor.extract(pixels),
    featuresIn: (orientation) => extractor.extract(turnPixels(picture, orientation)),
  };
}
