/** A library for a benchmark: the real catalog, new, in a folder of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openCatalog } from '../../src/catalog/catalog.ts';
import { textToByteString } from '../../src/catalog/path-bytes.ts';
import { CatalogStore } from '../../src/ingest/catalog-store.ts';
import type { Model } from '../../src/model/model-folder.ts';

/** @param photos the folder that the library watches */
export function openBenchStore(photos: string, model: Model): { store: CatalogStore; close: () => void } {
  const library = mkdtempSync(path.join(tmpdir(), 'akin-bench-library-'));
  const { catalog } = openCatalog(library);
  catalog.decide(() => catalog.folders.add(textToByteString(photos)));
  return {
    store: new CatalogStore(catalog, model),
    close: () => {
      catalog.close();
      rmSync(library, { recursive: true, force: true });
    },
  };
}
