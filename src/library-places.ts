/**
 * The places of a library. The match graph is built in the background; it is cut into places now and then while it
 * grows, and whenever photos came or went.
 */
import { EventEmitter } from 'node:events';
import type { Album, PhotoList, Place, PlacesProgress } from './api.ts';
import type { Catalog } from './catalog/catalog.ts';
import type { PlaceRow } from './catalog/places.ts';
import { AkinError, asAkinError } from './errors.ts';
import { buildMatchGraph } from './library-match-graph.ts';
import type { MatchGraphSources } from './library-match-graph.ts';
import { medianPosition } from './search/median-position.ts';
import { resolveDecisions } from './search/place-decisions.ts';
import type { Constraints } from './search/place-decisions.ts';
import { succeed } from './search/place-succession.ts';
import type { Pin } from './search/place-succession.ts';
import { cutPlaces, cutPlacesInTurns } from './search/places.ts';
import type { CutPlace, Match } from './search/places.ts';

export interface PlacesSources extends MatchGraphSources {
  createAlbum: (name: string, photoIds: readonly number[]) => Album;
}

interface PlacesEvents {
  progress: [PlacesProgress];
  /** Places came, went or changed; with how many there are. */
  changed: [number];
  /** The build was stopped by an error. */
  notice: [AkinError];
}

/** Milliseconds. */
const progressInterval = 200;
/** Milliseconds between two cuts while the graph grows; cutting may take no more than a twentieth of them. */
const cutInterval = 10_000;
const cutShare = 20;

const idle: PlacesProgress = { phase: 'idle', done: 0, total: 0, rate: 0, etaSeconds: null };

interface Build {
  controller: AbortController;
  finished: Promise<void>;
}

export class LibraryPlaces extends EventEmitter<PlacesEvents> {
  readonly #sources: PlacesSources;
  readonly #catalog: Catalog;
  #build: Build | null = null;
  #again = false;
  #progress = idle;
  #lastEmitted = 0;
  #nextCut = 0;
  #failure: AkinError | null = null;
  /** Counts what the user decides, so that no cut that was begun before is taken for one after. */
  #decisions = 0;

  constructor(sources: PlacesSources) {
    super();
    this.#sources = sources;
    this.#catalog = sources.catalog;
  }

  get progress(): PlacesProgress {
    return this.#progress;
  }

  /**
   * Examines what is new and cuts the graph anew. To be called when photos came or went, too; while a build goes on,
   * another one follows it.
   */
  build(): void {
    if (this.#build) {
      this.#again = true;
      return;
    }
    const build: Build = { controller: new AbortController(), finished: Promise.resolve() };
    this.#build = build;
    build.finished = this.#perform(build);
  }

  /** Ends the build after the pair in work. A later one continues where it ended. */
  cancel(): void {
    this.#again = false;
    this.#build?.controller.abort();
  }

  /** Resolves when no build goes on any more, with the error that stopped the last one. */
  async finished(): Promise<AkinError | null> {
    while (this.#build) await this.#build.finished;
    return this.#failure;
  }

  async close(): Promise<void> {
    this.cancel();
    await this.finished();
  }

  /** Largest first. */
  list(): Place[] {
    return this.#catalog.places.list().map(asPlace);
  }

  /** How many pairs of a place's photos match. @throws AkinError `place-unknown` */
  pairs(placeId: number): number {
    return this.#row(placeId).pairs;
  }

  /** The cover first, then as strong as they match the others. @throws AkinError `place-unknown` */
  photos(placeId: number): PhotoList {
    const { photos } = this.#row(placeId);
    return { ids: photos.map(({ photoId }) => photoId), aspects: photos.map(({ aspect }) => aspect) };
  }

  /** The place that a photo is in. */
  placeOf(photoId: number): number | undefined {
    return this.#catalog.places.placeOf(photoId);
  }

  /** @param name null takes the name away @throws AkinError `place-unknown` */
  rename(placeId: number, name: string | null): Place {
    const known = this.#catalog.decide(() => this.#catalog.places.rename(placeId, name));
    if (!known) throw new AkinError('place-unknown');
    this.#tellChange();
    return asPlace(this.#row(placeId));
  }

  /**
   * Makes a place of its own of some photos of a place; the others stay in it. A single photo leaves the place and is
   * in none. `merge` undoes it, with all the photos.
   * @returns the new place; the old one where a single photo left, as it was where it had but two
   * @throws AkinError `place-unknown`, `bad-request` when the photos are none or all of the place's, or of another
   */
  split(placeId: number, photoIds: readonly number[]): Place {
    const before = this.#row(placeId);
    const all = before.photos.map(({ photoId }) => photoId);
    const chosen = new Set(photoIds);
    const leaving = all.filter((id) => chosen.has(id));
    const staying = all.filter((id) => !chosen.has(id));
    if (leaving.length !== chosen.size || leaving.length === 0 || staying.length === 0) {
      throw new AkinError('bad-request', { reason: 'a place is split into two parts' });
    }
    this.#catalog.decide(() => {
      this.#decide([staying, leaving], { placeId, photoId: staying[0]! });
    });
    this.#tellChange();
    return asPlace(this.#catalog.places.get(this.placeOf(leaving[0]!) ?? placeId) ?? before);
  }

  /**
   * Puts places, and photos that may be in none, into the first of them; photos alone become a new place. `split`
   * undoes it.
   * @throws AkinError `place-unknown`, `photo-unknown`, `bad-request` for fewer than two photos
   */
  merge(placeIds: readonly number[], further: readonly number[] = []): Place {
    const rows = placeIds.map((id) => this.#row(id));
    const first = rows[0];
    const name = first?.name ?? rows.find((row) => row.name !== null)?.name ?? null;
    if (further.some((id) => !this.#catalog.photos.get(id))) throw new AkinError('photo-unknown');
    const own = rows.flatMap((row) => row.photos.map(({ photoId }) => photoId));
    const photos = [...new Set([...own, ...further])];
    if (photos.length < 2) throw new AkinError('bad-request', { reason: 'a place has at least two photos' });
    this.#catalog.decide(() => {
      this.#decide([photos], first && { placeId: first.id, photoId: photos[0]! });
      if (first) this.#catalog.places.rename(first.id, name);
    });
    this.#tellChange();
    return asPlace(this.#row(first?.id ?? this.placeOf(photos[0]!) ?? 0));
  }

  /** Makes an album of a place, which stays. @throws AkinError `place-unknown` */
  album(placeId: number, name: string): Album {
    return this.#sources.createAlbum(name, this.photos(placeId).ids);
  }

  async #perform(build: Build): Promise<void> {
    // Everything that follows `build` happens after its caller has had time to listen.
    await Promise.resolve();
    this.#failure = null;
    try {
      this.#nextCut = performance.now() + cutInterval;
      await buildMatchGraph(this.#sources, {
        signal: build.controller.signal,
        report: (progress) => this.#report(progress, progress.phase !== this.#progress.phase),
        grown: async () => {
          if (performance.now() > this.#nextCut) await this.#recut();
        },
      });
      await this.#recut();
    } catch (error) {
      this.#failure = asAkinError(this.#catalog.explain(error));
      this.emit('notice', this.#failure);
    }
    this.#build = null;
    this.#report(idle, true);
    if (this.#again) {
      this.#again = false;
      this.build();
    }
  }

  /** Cuts the graph as it is now, letting requests come in meanwhile. */
  async #recut(): Promise<void> {
    const begun = performance.now();
    let decisions: number;
    let parts: CutPlace[];
    do {
      decisions = this.#decisions;
      const { matches, constraints } = this.#graph();
      parts = await cutPlacesInTurns(matches, constraints);
    } while (decisions !== this.#decisions);
    const changed = this.#catalog.write(() => this.#replace(parts));
    this.#nextCut = performance.now() + Math.max(cutInterval, cutShare * (performance.now() - begun));
    if (changed) this.#tellChange();
  }

  #graph(): { matches: Match[]; constraints: Constraints } {
    const { matchGraph, places } = this.#catalog;
    return {
      matches: matchGraph.matches(),
      constraints: resolveDecisions(places.decisions(), matchGraph.copies()),
    };
  }

  /** Writes a decision and cuts the graph anew. */
  #decide(sides: number[][], pin?: Pin): void {
    this.#decisions++;
    this.#catalog.places.decide({ sides });
    const { matches, constraints } = this.#graph();
    this.#replace(cutPlaces(matches, constraints), pin);
  }

  /** Must run in a transaction. @returns whether the places are others than before */
  #replace(cut: readonly CutPlace[], pin?: Pin): boolean {
    const { photos: photoTable, places } = this.#catalog;
    // A photo may have left while the graph was cut.
    const parts = cut
      .map(({ photos, pairs }) => ({ photos: photos.filter((id) => photoTable.get(id)), pairs }))
      .filter(({ photos }) => photos.length > 1);
    const ids = succeed(
      places.memory(),
      parts.map(({ photos }) => photos),
      pin,
    );
    const before = new Map(places.list().map((row) => [row.id, row]));
    const isSame = (part: number): boolean => {
      const row = before.get(ids[part] ?? 0);
      const { photos, pairs } = parts[part]!;
      return (
        row?.pairs === pairs &&
        row.photos.length === photos.length &&
        row.photos.every(({ photoId }, rank) => photoId === photos[rank])
      );
    };
    if (before.size === parts.length && parts.every((_, part) => isSame(part))) return false;
    places.replace(parts.map((part, at) => ({ id: ids[at]!, ...part })));
    return true;
  }

  #row(placeId: number): PlaceRow {
    const row = this.#catalog.places.get(placeId);
    if (!row) throw new AkinError('place-unknown');
    return row;
  }

  #tellChange(): void {
    this.emit('changed', this.#catalog.places.count());
  }

  #report(progress: PlacesProgress, always: boolean): void {
    this.#progress = progress;
    const now = performance.now();
    if (!always && now - this.#lastEmitted < progressInterval) return;
    this.#lastEmitted = now;
    this.emit('progress', progress);
  }
}

function asPlace({ id, name, photos }: PlaceRow): Place {
  const times = photos.map(({ takenAt }) => takenAt).sort((a, b) => a - b);
  const position = medianPosition(
    photos.flatMap(({ latitude, longitude }) =>
      latitude === null || longitude === null ? [] : [{ latitude, longitude }],
    ),
  );
  return {
    id,
    name,
    photos: photos.length,
    cover: photos[0]!.photoId,
    from: times[0]!,
    to: times.at(-1)!,
    latitude: position?.latitude ?? null,
    longitude: position?.longitude ?? null,
  };
}
