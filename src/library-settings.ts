/** What the user chose for every search, and what each choice gained where it was measured. */
import { z } from 'zod';
import { refinementSchema } from './api-search.ts';
import type { Refinement } from './api-search.ts';
import { librarySettingsSchema } from './api.ts';
import type { LibrarySettings, Params, Result } from './api.ts';
import type { Catalog } from './catalog/catalog.ts';

/** Parts that are not given stay as they are. */
export type SettingsChanges = Params<'settings.set'>;
type Effects = Result<'settings.get'>['effects'];

/** The best on buildings and products together, by test/bench/refinement.ts. */
const standard: Refinement = {
  regional: 'best-pair',
  expansion: 'verified',
  augmentation: false,
  verification: true,
};

/** What each choice alone gains in mAP, and takes in milliseconds a query, by the same measurement. */
export const effects: Effects = {};

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

/** Whether the user asked for places: they are then kept up to date. */
export function keepsPlaces(catalog: Catalog): boolean {
  return catalog.settings.get('places', z.boolean(), false);
}

export function keepPlaces(catalog: Catalog, kept: boolean): void {
  catalog.decide(() => catalog.settings.set('places', kept));
}
