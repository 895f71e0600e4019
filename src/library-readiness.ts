/** What a library gives to learn from, and the job of a run on it. */
import { leastAlbums, leastPhotos } from './api-training.ts';
import type { Readiness, TrainingSettings, TrainingSource } from './api-training.ts';
import type { Catalog } from './catalog/catalog.ts';
import { joinPath } from './catalog/path-bytes.ts';
import { AkinError } from './errors.ts';
import type { TrainingJob } from './training/job.ts';
import { adviceOf, learnableOf } from './training/learnable.ts';
import type { Learnable, PhotoGroup } from './training/learnable.ts';
import { Random } from './training/random.ts';
import { shots } from './training/split.ts';

/** Photos outside the albums that take part at most: as many again as a large batch sees in a short run. */
const mostOthers = 400;

/** Whether there is enough to learn from, what is left out and why, and what would bring most. */
export function readinessOf(catalog: Catalog, source: TrainingSource): Readiness {
  const learnable = learnableOfLibrary(catalog, source, null);
  const { groups, leftOut, overlaps, judgements, contradictions } = learnable;
  const same = judgements.filter((judgement) => judgement.same).length;
  return {
    source,
    albums: groups.length,
    photos: groups.reduce((sum, { photos }) => sum + photos.length, 0),
    enough: groups.length >= leastAlbums,
    advice: adviceOf(learnable),
    // Most places are small, and nobody made them: there is nothing to tell.
    leftOut:
      source === 'places'
        ? []
        : leftOut.map(({ id, name, photos }) => ({ albumId: id, name, photos: photos.length })),
    overlaps: overlaps.map(({ groups: albumIds, pictures }) => ({ albumIds, photos: pictures })),
    judgements: { same, different: judgements.length - same },
    contradictions: contradictions.map(({ a, b, same: isSame }) => ({ photoIds: [a, b], same: isSame })),
  };
}

/**
 * All that a run needs to know.
 * @param run where the run is kept, the model that it begins with, and where region maxima are kept
 * @throws AkinError `training-too-little`
 */
export function jobOf(
  catalog: Catalog,
  settings: TrainingSettings,
  run: Pick<TrainingJob, 'folder' | 'modelFolder' | 'cacheFile'>,
): TrainingJob {
  const learnable = learnableOfLibrary(catalog, settings.source, settings.albumIds);
  if (learnable.groups.length < leastAlbums) {
    const details = { albums: learnable.groups.length, photos: leastPhotos, wanted: leastAlbums };
    throw new AkinError('training-too-little', details);
  }
  const photos = new JobPhotos(catalog);
  const albums = learnable.groups.map(({ id, name, photos: ids }) => ({ id, name, photos: photos.add(ids) }));
  const judgements = (settings.judgements ? learnable.judgements : []).map(({ a, b, same }) => ({
    photos: [photos.place(a), photos.place(b)] as [number, number],
    same,
  }));
  const ownAlbums = settings.source === 'places' ? groupsOf(catalog, 'albums').filter(isAnAlbum) : [];
  return {
    ...run,
    albums,
    judgements,
    ownAlbums: ownAlbums.map((album) => photos.add(album.photos)),
    others: photos.add(othersOf(catalog, settings.seed)),
    copies: photos.copies(),
    photos: photos.all(),
    heldOut: null,
    settings,
  };
}

/**
 * A job as the library is now: a photo that was moved is found where it is.
 * @throws nothing; a photo that is gone stays as it was, and is missed where it is read
 */
export function jobOfToday(catalog: Catalog, job: TrainingJob): TrainingJob {
  const photos = job.photos.map((photo) => {
    const row = catalog.photos.get(photo.id);
    if (!row || hexadecimal(row.hash) !== photo.hash) return photo;
    return { ...photo, path: joinPath(row.folder, row.path) };
  });
  return { ...job, photos };
}

/** @param groupIds null for all */
function learnableOfLibrary(
  catalog: Catalog,
  source: TrainingSource,
  groupIds: readonly number[] | null,
): Learnable {
  const chosen = groupIds && new Set(groupIds);
  return learnableOf({
    groups: groupsOf(catalog, source).filter(({ id }) => chosen?.has(id) ?? true),
    judgements: catalog.judgements.list(),
    pictureOf: picturesOf(catalog),
    leastPhotos,
  });
}

/** With the photos by id, so that what is chosen of them changes little when others come. */
function groupsOf(catalog: Catalog, source: TrainingSource): PhotoGroup[] {
  const rising = (ids: Iterable<number>) => [...ids].sort((a, b) => a - b);
  if (source === 'albums') {
    return catalog.albums
      .list()
      .map(({ id, name }) => ({ id, name, photos: rising(catalog.albums.photos(id).ids) }));
  }
  const places = catalog.places.list().map(({ id, name, photos }) => ({
    id,
    name: name ?? '',
    photos: rising(photos.map(({ photoId }) => photoId)),
  }));
  return places.sort((a, b) => a.id - b.id);
}

/** Whether there is something to find in it. */
function isAnAlbum({ photos }: PhotoGroup): boolean {
  return photos.length > 1;
}

/** Names what is on a photo: files with one content, and those that comparing found to be identical, have one name. */
function picturesOf(catalog: Catalog): (photoId: number) => number {
  const files = catalog.matchGraph.copies().flatMap(pairsOf);
  return shots([...files, ...catalog.verdicts.pairs(['identical'])]);
}

/**
 * A sample of the photos that are in no album and no place, one of each shot, and of which none is known to show what
 * a photo in one does: the same whenever the photos are the same.
 */
function othersOf(catalog: Catalog, seed: number): number[] {
  const shotOf = shotsOf(catalog);
  const groups = [...groupsOf(catalog, 'albums'), ...groupsOf(catalog, 'places')];
  const grouped = new Set(groups.flatMap(({ photos }) => photos.map(shotOf)));
  const taken = new Set(grouped);
  const alike = [
    ...catalog.verdicts.pairs(['same-scene']),
    ...catalog.matchGraph.matches().map(({ a, b }) => [a, b] as const),
    ...catalog.judgements.list().flatMap(({ a, b, same }) => (same ? [[a, b] as const] : [])),
  ];
  for (const [a, b] of alike) {
    if (grouped.has(shotOf(a))) taken.add(shotOf(b));
    if (grouped.has(shotOf(b))) taken.add(shotOf(a));
  }
  const free = new Map<number, number>();
  for (const id of [...catalog.photos.timeline().ids].sort((a, b) => a - b)) {
    const shot = shotOf(id);
    if (!taken.has(shot) && !free.has(shot)) free.set(shot, id);
  }
  return new Random(seed).sample([...free.values()], mostOthers);
}

/** Names each photo's shot: what is known of a photo holds for its copies, too. */
function shotsOf(catalog: Catalog): (photoId: number) => number {
  const files = catalog.matchGraph.copies().flatMap(pairsOf);
  return shots([...files, ...catalog.verdicts.pairs(['identical', 'near-duplicate'])]);
}

function pairsOf(copies: readonly number[]): [number, number][] {
  return copies.slice(1).map((id) => [copies[0]!, id]);
}

/** The photos of a job, each once, by their places. */
class JobPhotos {
  readonly #catalog: Catalog;
  readonly #photos: TrainingJob['photos'] = [];
  readonly #places = new Map<number, number>();

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  add(photoIds: readonly number[]): number[] {
    return photoIds.map((id) => this.place(id));
  }

  place(photoId: number): number {
    const known = this.#places.get(photoId);
    if (known !== undefined) return known;
    // Whoever names a photo found it in the catalog, in the same turn.
    const row = this.#catalog.photos.get(photoId)!;
    const place = this.#photos.length;
    this.#photos.push({ id: photoId, path: joinPath(row.folder, row.path), hash: hexadecimal(row.hash) });
    this.#places.set(photoId, place);
    return place;
  }

  all(): TrainingJob['photos'] {
    return this.#photos;
  }

  /** Pairs of one shot: each with the first of its shot. */
  copies(): [number, number][] {
    const shotOf = shotsOf(this.#catalog);
    const first = new Map<number, number>();
    return this.#photos.flatMap(({ id }, place): [number, number][] => {
      const shot = shotOf(id);
      const known = first.get(shot);
      if (known === undefined) first.set(shot, place);
      return known === undefined ? [] : [[known, place]];
    });
  }
}

function hexadecimal(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
