/** Why a photo matches: where, by which cells, and by which keypoints. */
import type { Box, Evidence, HeatMap, QueryPart } from './api-search.ts';
import { AkinError } from './errors.ts';
import type { LibraryDescriptions } from './library-descriptions.ts';
import { nullIfUnreadable } from './library-photos.ts';
import type { LibraryQueries } from './library-queries.ts';
import { cellsOf } from './descriptor/box.ts';
import type { FeatureMap } from './model/trunk.ts';
import { heatMap } from './search/heat-map.ts';
import { localise } from './search/localisation.ts';
import { Target } from './search/target.ts';
import { isVerified, outline, verify } from './local-features/verification.ts';

const wholePhoto: Box = [0, 0, 1, 1];

export class LibraryEvidence {
  readonly #queries: LibraryQueries;
  readonly #descriptions: () => LibraryDescriptions;

  /** @param descriptions those of the model in use */
  constructor(queries: LibraryQueries, descriptions: () => LibraryDescriptions) {
    this.#queries = queries;
    this.#descriptions = descriptions;
  }

  /**
   * Where photos match the query best: for each photo the box, or null where it can no longer be read.
   * @throws AkinError `cancelled`, `box-empty`, and those of reading the query
   */
  async localise(
    query: QueryPart,
    photoIds: readonly number[],
    signal: AbortSignal,
  ): Promise<{ photoId: number; box: Box | null }[]> {
    const descriptions = this.#descriptions();
    return descriptions.during(async () => {
      const { target } = await this.#lookFor(query, descriptions);
      const found: { photoId: number; box: Box | null }[] = [];
      for (const photoId of photoIds) {
        if (signal.aborted) throw new AkinError('cancelled');
        const photo = await this.#queries.map({ photoId }, descriptions).catch(nullIfUnreadable);
        found.push({ photoId, box: photo && localise(photo, target).box });
      }
      return found;
    });
  }

  /**
   * How much each part of a photo looks like the query, and each part of the query photo like the query itself.
   * @throws AkinError `box-empty`, and those of reading either
   */
  async heat(query: QueryPart, photoId: number): Promise<{ query: HeatMap; photo: HeatMap }> {
    const descriptions = this.#descriptions();
    return descriptions.during(async () => {
      const { map, target } = await this.#lookFor(query, descriptions);
      const photo = await this.#queries.map({ photoId }, descriptions);
      return { query: heatMap(map, target), photo: heatMap(photo, target) };
    });
  }

  /** The keypoints that agree, and where the query lies on the photo. @throws AkinError those of reading either */
  async proof(query: QueryPart, photoId: number): Promise<Evidence> {
    const asked = await this.#queries.features(query);
    const other = await this.#queries.features({ photoId });
    const verification = await verify(asked, other, { queryBox: query.box });
    if (!isVerified(verification.inliers)) return { verified: 0, pairs: new Float32Array(), outline: null };
    return {
      verified: verification.inliers,
      pairs: verification.pairs,
      outline: outline(verification, query.box),
    };
  }

  async #lookFor(
    query: QueryPart,
    descriptions: LibraryDescriptions,
  ): Promise<{ map: FeatureMap; target: Target }> {
    const map = await this.#queries.map(query, descriptions);
    const region = cellsOf(query.box ?? wholePhoto, map);
    return { map, target: new Target(map, region, descriptions.model.head) };
  }
}
