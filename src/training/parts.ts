/** The parts of a job's photos, by their places: what is learnt from, what decides, and what is reported. */
import { leastAlbums, leastPhotos } from '../api-training.ts';
import type { Split } from '../api-training.ts';
import { AkinError } from '../errors.ts';
import type { TrainingJob } from './job.ts';
import type { JudgedPair } from './judged-pairs.ts';
import type { MeasuredAlbum } from './measure.ts';
import { shots, splitPhotos } from './split.ts';
import type { AlbumPhotos, PhotoSplit } from './split.ts';

export interface TrainingAlbum {
  readonly id: number;
  readonly training: readonly number[];
  readonly validation: readonly number[];
  readonly heldOut: readonly number[];
}

export interface TrainingParts {
  readonly albums: readonly TrainingAlbum[];
  readonly heldOutAlbums: readonly { readonly id: number; readonly photos: readonly number[] }[];
  readonly othersTraining: readonly number[];
  readonly othersMeasured: readonly number[];
  /** Of photos that are learnt from. */
  readonly judged: readonly JudgedPair[];
}

/** Splits the photos of a job. @throws AkinError `training-too-little` */
export function partsOf(job: TrainingJob): TrainingParts {
  const ids = job.photos.map(({ id }) => id);
  const places = new Map(ids.map((id, place) => [id, place]));
  const toPlaces = (photoIds: readonly number[]) => photoIds.map((id) => places.get(id)!);
  const toIds = (list: readonly number[]) => list.map((place) => ids[place]!);
  const albums = job.albums.map((album) => ({ id: album.id, photos: toIds(album.photos) }));
  const drawn = splitPhotos({
    albums,
    others: toIds(job.others),
    copies: job.copies.map(([a, b]) => [ids[a]!, ids[b]!] as const),
    heldOut: job.settings.heldOut,
    seed: job.settings.seed,
  });
  const given = job.heldOut && asGiven(albums, job.heldOut.albumIds, new Set(toIds(job.heldOut.photos)));
  const split = { ...drawn, ...given };
  const usable = split.trainingAlbums.length + split.heldOutAlbums.length;
  if (usable < leastAlbums) {
    throw new AkinError('training-too-little', { albums: usable, photos: leastPhotos, wanted: leastAlbums });
  }
  const parts = {
    albums: split.trainingAlbums.map(({ id, training, validation, heldOut }) => ({
      id,
      training: toPlaces(training),
      validation: toPlaces(validation),
      heldOut: toPlaces(heldOut),
    })),
    heldOutAlbums: split.heldOutAlbums.map(({ id, photos }) => ({ id, photos: toPlaces(photos) })),
    othersTraining: toPlaces(split.others.training),
    othersMeasured: toPlaces(split.others.measured),
  };
  return { ...parts, judged: judgedPairs(job, parts) };
}

/** Albums and photos held out as somebody else decided: no photo is left to decide by. */
function asGiven(
  albums: readonly AlbumPhotos[],
  heldOutAlbums: readonly number[],
  heldOut: ReadonlySet<number>,
): Pick<PhotoSplit, 'trainingAlbums' | 'heldOutAlbums'> {
  const isHeldOut = ({ id }: AlbumPhotos) => heldOutAlbums.includes(id);
  return {
    trainingAlbums: albums
      .filter((album) => !isHeldOut(album))
      .map(({ id, photos }) => ({
        id,
        training: photos.filter((photo) => !heldOut.has(photo)),
        validation: [],
        heldOut: photos.filter((photo) => heldOut.has(photo)),
      })),
    heldOutAlbums: albums.filter(isHeldOut),
  };
}

/** An album with fewer photos has no positives. */
const leastTrainingPhotos = 2;

/**
 * The parts without what cannot be read. They are made before anybody looks, so that one photo more or less does not
 * move all others from one part to another.
 * @throws AkinError `training-unreadable` when more than half of the albums' photos are gone
 */
export function readableParts(parts: TrainingParts, unreadable: ReadonlySet<number>): TrainingParts {
  const readable = (places: readonly number[]) => places.filter((place) => !unreadable.has(place));
  const all = [
    ...parts.albums.flatMap(({ training, validation, heldOut }) => [...training, ...validation, ...heldOut]),
    ...parts.heldOutAlbums.flatMap(({ photos }) => photos),
  ];
  const left = readable(all).length;
  if (left < all.length / 2) {
    throw new AkinError('training-unreadable', { count: all.length - left, total: all.length });
  }
  const albums = parts.albums.map(({ id, training, validation, heldOut }) => ({
    id,
    training: readable(training),
    validation: readable(validation),
    heldOut: readable(heldOut),
  }));
  return {
    albums: albums.filter(({ training }) => training.length >= leastTrainingPhotos),
    heldOutAlbums: parts.heldOutAlbums.map(({ id, photos }) => ({ id, photos: readable(photos) })),
    othersTraining: readable(parts.othersTraining),
    othersMeasured: readable(parts.othersMeasured),
    judged: parts.judged.filter(({ a, b }) => !unreadable.has(a) && !unreadable.has(b)),
  };
}

/** The user's own albums where places were learnt from: photos that training saw, or copies of them, ask nothing. */
export function ownAlbumsOf({ ownAlbums, copies }: TrainingJob, { albums }: TrainingParts): MeasuredAlbum[] {
  const shotOf = shots(copies);
  const seen = new Set(albums.flatMap(({ training }) => training.map(shotOf)));
  return ownAlbums.map((photos, id) => ({
    id,
    photos,
    queries: photos.filter((place) => !seen.has(shotOf(place))),
  }));
}

/** As the user is shown it, by the ids of the library. */
export function splitOf(job: TrainingJob, parts: TrainingParts): Split {
  const names = new Map(job.albums.map(({ id, name }) => [id, name]));
  const toIds = (places: readonly number[]) => places.map((place) => job.photos[place]!.id);
  return {
    trainingAlbums: parts.albums.map(({ id, training, validation, heldOut }) => ({
      id,
      name: names.get(id)!,
      training: toIds(training),
      validation: toIds(validation),
      heldOut: toIds(heldOut),
    })),
    heldOutAlbums: parts.heldOutAlbums.map(({ id, photos }) => ({
      id,
      name: names.get(id)!,
      photos: toIds(photos),
    })),
  };
}

/** Photos that decide when to stop and what to propose, to be found among those that are learnt from. */
export function validationAlbums({ albums }: TrainingParts): MeasuredAlbum[] {
  return albums.map(({ id, training, validation }) => ({
    id,
    photos: [...training, ...validation],
    queries: validation,
  }));
}

/** Photos of trained albums that training did not see. */
export function newPhotoAlbums({ albums }: TrainingParts): MeasuredAlbum[] {
  return albums.map(({ id, training, validation, heldOut }) => ({
    id,
    photos: [...training, ...validation, ...heldOut],
    queries: heldOut,
  }));
}

/** Judgements about held-out photos would tell training of them. */
function judgedPairs(
  { judgements }: TrainingJob,
  { albums, heldOutAlbums }: Pick<TrainingParts, 'albums' | 'heldOutAlbums'>,
): JudgedPair[] {
  const kept = new Set([
    ...albums.flatMap(({ validation, heldOut }) => [...validation, ...heldOut]),
    ...heldOutAlbums.flatMap(({ photos }) => photos),
  ]);
  return judgements
    .filter(({ photos }) => !photos.some((place) => kept.has(place)))
    .map(({ photos: [a, b], same }) => ({ a, b, same }));
}
