/** What the user chose for every search, and what each choice gained where it was measured. */
import { z } from 'zod';
import { refinementSchema } from './api-search.ts';
import type { Refinement } from './api-search.ts';
import { librarySettingsSchema } from './api.ts';
import type { LibrarySettings, Params, Result } from './api.ts';
import type { Catalog } from './catalog/catalog.ts';
import { threeScales } from './model/model-folder.ts';

/** Parts that are not given stay as they are. */
export type SettingsChanges = Params<'settings.set'>;
type Effects = Result<'settings.get'>['effects'];

/** The best on buildings and products together, by `akin evaluate --refinements`. */
const standard: Refinement = {
  regional: 'best-pair',
  expansion: 'verified',
  augmentation: true,
  verification: true,
};

/**
 * What each choice alone gains in mAP, and adds to the median query on the 808 photos of products, by the same
 * command; expansion by verified matches beside verification alone. Regions cost nothing more: they are compared
 * anyway, to tell where photos match. Three scales by test/bench/scales.ts; their cost is that of indexing.
 */
export const effects: Effects = {
  'regional.best-pair': { buildings: 5, products: 1.8, milliseconds: 0 },
  'regional.sum': { buildings: 3.4, products: 1.9, milliseconds: 0 },
  'expansion.average': { buildings: 2, products: 4.2, milliseconds: 2 },
  'expansion.alpha': { buildings: 0.4, products: 3.5, milliseconds: 2 },
  'expansion.verified': { buildings: -0.4, products: 3, milliseconds: 6 },
  'augmentation.true': { buildings: 3.9, products: 13.9, milliseconds: 13 },
  'verification.true': { buildings: 7.9, products: 3.4, milliseconds: 191 },
  'scales.three': { buildings: -1.7, products: 3.7, milliseconds: 0 },
};

export function readSettings(catalog: Catalog): LibrarySettings {
  return {
    refinement: catalog.settings.get('refinement', refinementSchema, standard),
    scales: catalog.settings.get('scales', librarySettingsSchema.shape.scales, 'one'),
  };
}

export function writeSettings(catalog: Catalog, settings: SettingsChanges): void {
  catalog.decide(() => {
    for (const [name, value] of Object.entries(settings)) {
      if (value !== undefined) catalog.settings.set(name, value);
    }
  });
}

/** What a choice of scales means for the model. */
export function scalesOf(scales: LibrarySettings['scales']): readonly number[] {
  return scales === 'one' ? [1] : threeScales;
}

/** What is found in the background once the user asks for it, and then kept up to date. */
type Kept = 'places' | 'duplicates';

export function isKept(catalog: Catalog, kept: Kept): boolean {
  return catalog.settings.get(kept, z.boolean(), false);
}

export function keep(catalog: Catalog, kept: Kept, asked: boolean): void {
  catalog.decide(() => catalog.settings.set(kept, asked));
}
