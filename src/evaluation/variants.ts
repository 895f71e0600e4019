import { gridMaxima } from '../descriptor/describe.ts';
import { createHead } from '../descriptor/head.ts';
import { generalisedMean } from '../descriptor/pooling.ts';
import { sumOfRows } from '../descriptor/vectors.ts';
import type { Model } from '../model/model-folder.ts';
import { createTrunk } from '../model/trunk.ts';
import type { RgbPixels } from '../model/trunk.ts';

/** Ways to make a descriptor of one feature map; `whitened` is what Akin searches with. */
export const variants = ['gem', 'raw', 'whitened'] as const;
export type Variant = (typeof variants)[number];

export interface VariantDescriber {
  /** Without a head in the model, there is no `whitened`. */
  readonly variants: readonly Variant[];
  describe(pixels: RgbPixels): Promise<Partial<Record<Variant, Float32Array>>>;
  release(): Promise<void>;
}

/** Makes every variant of a photo's descriptor from one run of the trunk. */
export async function createVariantDescriber(model: Model): Promise<VariantDescriber> {
  const trunk = await createTrunk(model);
  const raw = await createHead(null, model.channels);
  const whitened = model.head && (await createHead(model.head, model.channels));
  return {
    variants: variants.filter((variant) => variant !== 'whitened' || whitened !== null),
    async describe(pixels) {
      const map = (await trunk.run([pixels]))[0]!;
      const maxima = gridMaxima(map, model.settings);
      return {
        gem: generalisedMean(map),
        raw: sumOfRows(await raw.run(maxima), raw.dimensions),
        ...(whitened && { whitened: sumOfRows(await whitened.run(maxima), whitened.dimensions) }),
      };
    },
    async release() {
      await Promise.all([trunk.release(), raw.release(), whitened?.release()]);
    },
  };
}
