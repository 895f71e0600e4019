/** The parts of a job's photos, by their places: what is learnt from, what decides, and what is reported. */
import { leastAlbums, leastPhotos } from '../api-training.ts';
import type { Split } from '../api-training.ts';
import { AkinError } from '../errors.ts';
import type { TrainingJob } from './job.ts';
import type { JudgedPair } from './judged-pairs.ts';
import type { MeasuredAlbum } from './measure.ts';
import { splitPhotos } from './split.ts';
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

/**
 * Splits what can be read of a job.
 * @param unreadable places that are left out
 * @throws AkinError `training-unreadable` when that is more than half, `training-too-little`
 */
export function partsOf(job: TrainingJob, unreadable: ReadonlySet<number>): TrainingParts {
  const readable = ({ photos }: { photos: readonly number[] }) =>
    photos.filter((place) => !unreadable.has(place));
  const total = job.albums.reduce((sum, { photos }) => sum + photos.length, 0);
  const left = job.albums.reduce((sum, album) => sum + readable(album).length, 0);
  if (left < total / 2) throw new AkinError('training-unreadable', { count: total - left, total });

  const ids = job.photos.map(({ id }) => id);
  const places = new Map(ids.map((id, place) => [id, place]));
  const toPlaces = (photoIds: readonly number[]) => photoIds.map((id) => places.get(id)!);
  const toIds = (list: readonly number[]) => list.map((place) => ids[place]!);
  const albums = job.albums.map((album) => ({ id: album.id, photos: toIds(readable(album)) }));
  const drawn = splitPhotos({
    albums,
    others: toIds(job.others.filter((place) => !unreadable.has(place))),
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
  return { ...parts, judged: judgedPairs(job, parts, unreadable) };
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
  unreadable: ReadonlySet<number>,
): JudgedPair[] {
  const kept = new Set([
    ...unreadable,
    ...albums.flatMap(({ validation, heldOut }) => [...validation, ...heldOut]),
    ...heldOutAlbums.flatMap(({ photos }) => photos),
  ]);
  return judgements
    .filter(({ photos }) => !photos.some((place) => kept.has(place)))
    .map(({ photos: [a, b], same }) => ({ a, b, same }));
}
