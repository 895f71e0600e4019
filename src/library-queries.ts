/** What a library is asked with: photos of its own and opened pictures, whole or in part, as descriptors. */
import type { Box, QueryPart } from './api-search.ts';
import type { Catalog } from './catalog/catalog.ts';
import { describeBox } from './descriptor/box.ts';
import { decodeRegions } from './descriptor/quantise.ts';
import { regionRows } from './descriptor/region-rows.ts';
import { pictureSide } from './descriptor/scales.ts';
import { decodePhoto } from './ingest/decode.ts';
import type { LibraryDescriptions } from './library-descriptions.ts';
import type { LibraryFeatures } from './library-features.ts';
import { displayOf } from './library-photos.ts';
import type { LibraryPhotos } from './library-photos.ts';
import type { LibraryPictures } from './library-pictures.ts';
import type { LocalFeatures } from './local-features/features.ts';
import type { FeatureMap, RgbPixels } from './model/trunk.ts';
import { joinQueries } from './search/expansion.ts';
import type { RankedQuery } from './search/ranking.ts';

/** Feature maps at hand, at about 1 MB each: moving a box asks for one again and again. */
const keptMaps = 24;

export interface LibraryQuery extends RankedQuery {
  /** Photos that are asked with, or given as what is not meant: they are no results. */
  photoIds: ReadonlySet<number>;
  /** Content hash of the one photo that is asked with whole; null for any other query. */
  hash: Uint8Array | null;
}

interface Described {
  descriptor: Float32Array;
  regions: Float32Array;
}

export interface QuerySources {
  catalog: Catalog;
  photos: LibraryPhotos;
  pictures: LibraryPictures;
  features: LibraryFeatures;
}

export class LibraryQueries {
  readonly #sources: QuerySources;
  readonly #maps = new Map<string, Promise<FeatureMap>>();

  constructor(sources: QuerySources) {
    this.#sources = sources;
  }

  /**
   * One query of everything that is asked with.
   * @param descriptions by the model that is searched with: all of a search is by one, also while that changes
   * @throws AkinError `photo-unknown`, `picture-forgotten`, `box-empty`, and those of reading and decoding
   */
  async join(
    wanted: readonly QueryPart[],
    unlike: readonly QueryPart[],
    descriptions: LibraryDescriptions,
  ): Promise<LibraryQuery> {
    const described = await this.#describeAll(wanted, descriptions);
    const others = await this.#describeAll(unlike, descriptions);
    const photoIds = new Set(
      [...wanted, ...unlike].flatMap((part) => ('photoId' in part ? [part.photoId] : [])),
    );
    const only = described.length === 1 && others.length === 0 ? described[0] : undefined;
    if (only) {
      const boxed = wanted[0]!.box !== undefined;
      return { ...only, boxed, photoIds, hash: boxed ? null : this.#hashOf(wanted[0]!) };
    }
    const descriptor = joinQueries(
      described.map((one) => one.descriptor),
      others.map((one) => one.descriptor),
    );
    return { descriptor, regions: null, boxed: false, photoIds, hash: null };
  }

  /** The trunk's feature map of the whole photo. */
  async map(part: QueryPart, descriptions: LibraryDescriptions): Promise<FeatureMap> {
    const content = Buffer.from(this.#hashOf(part)).toString('latin1');
    const key = `${descriptions.model.identity} ${content}`;
    const map = this.#maps.get(key) ?? this.#makeMap(part, descriptions);
    this.#maps.delete(key);
    this.#maps.set(key, map);
    map.catch(() => this.#maps.delete(key));
    const [oldest] = this.#maps.keys();
    if (this.#maps.size > keptMaps) this.#maps.delete(oldest!);
    return map;
  }

  async features(part: QueryPart): Promise<LocalFeatures> {
    const { features, pictures } = this.#sources;
    if ('photoId' in part) return features.ofPhoto(part.photoId);
    const { name, content } = pictures.get(part.pictureId);
    return features.ofContent(content, name);
  }

  async #describeAll(parts: readonly QueryPart[], descriptions: LibraryDescriptions): Promise<Described[]> {
    const all: Described[] = [];
    for (const part of parts) all.push(await this.#describe(part, descriptions));
    return all;
  }

  async #describe(part: QueryPart, descriptions: LibraryDescriptions): Promise<Described> {
    if (part.box) return this.#describeBox(part, part.box, descriptions);
    const stored = 'photoId' in part ? this.#stored(part.photoId, descriptions) : undefined;
    if (stored) return stored;
    const describer = await descriptions.describer();
    const pixels = await this.#pixels(part, pictureSide(descriptions.model.settings));
    const [described] = await describer.describe([pixels]);
    return {
      descriptor: described!.descriptor,
      regions: regionRows(described!.regions, describer.dimensions),
    };
  }

  #stored(photoId: number, { modelId, model }: LibraryDescriptions): Described | undefined {
    const { catalog, photos } = this.#sources;
    photos.row(photoId);
    const descriptor = catalog.descriptors.get(photoId, modelId);
    const regions = catalog.descriptors.regions(photoId, modelId);
    if (!descriptor || !regions) return undefined;
    return { descriptor, regions: regionRows(decodeRegions(regions), model.head!.dimensions) };
  }

  async #describeBox(part: QueryPart, box: Box, descriptions: LibraryDescriptions): Promise<Described> {
    const describer = await descriptions.describer();
    const map = await this.map(part, descriptions);
    const descriptor = await describeBox(map, box, (maxima) => describer.vectors(maxima));
    return { descriptor, regions: descriptor };
  }

  async #makeMap(part: QueryPart, descriptions: LibraryDescriptions): Promise<FeatureMap> {
    const describer = await descriptions.describer();
    const { longSide } = descriptions.model.settings;
    return describer.map(await this.#pixels(part, longSide));
  }

  async #pixels(part: QueryPart, longSide: number): Promise<RgbPixels> {
    const { name, content } = await this.#file(part);
    return (await decodePhoto(content, { longSide, name, thumbnail: false })).pixels;
  }

  async #file(part: QueryPart): Promise<{ name: string; content: Uint8Array }> {
    const { photos, pictures } = this.#sources;
    if (!('photoId' in part)) return pictures.get(part.pictureId);
    const row = photos.row(part.photoId);
    return { name: displayOf(row), content: await photos.read(row) };
  }

  #hashOf(part: QueryPart): Uint8Array {
    const { photos, pictures } = this.#sources;
    return 'photoId' in part ? photos.row(part.photoId).hash : pictures.get(part.pictureId).hash;
  }
}
