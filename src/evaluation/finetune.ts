/**
 * Fine-tuning on a data set with a folder for each thing: photos of every other folder are learnt from, the other folders
 * and some photos of the first ones are what it is measured with.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { textToByteString } from '../catalog/path-bytes.ts';
import { digestOf } from '../model/model-file.ts';
import { Random } from '../training/random.ts';
import type { TrainingJob } from '../training/job.ts';
import type { TrainingSettings } from '../api-training.ts';

export interface FinetuneFolders {
  /** Paths of photos, by the folder that they are in; folders in order. */
  readonly groups: readonly { readonly name: string; readonly photos: readonly string[] }[];
  /** Paths of photos that have nothing to do with them. */
  readonly others: readonly string[];
}

/** Of the photos of a folder that is learnt from. */
const trainedShare = 0.6;

/**
 * The job of a run: even folders are learnt from, and 60 % of their photos, chosen by the seed; odd folders are held out.
 * @param run the run's folder, the model it begins with, and where region maxima are kept
 */
export async function finetuneJob(
  { groups, others }: FinetuneFolders,
  settings: TrainingSettings,
  run: Pick<TrainingJob, 'folder' | 'modelFolder' | 'cacheFile'>,
): Promise<TrainingJob> {
  const files = [...groups.flatMap((group) => group.photos), ...others];
  const photos = [];
  for (const [place, file] of files.entries()) {
    const hash = digestOf(await readFile(file));
    photos.push({ id: place + 1, path: textToByteString(path.resolve(file)), hash });
  }
  let next = 0;
  const albums = groups.map(({ name, photos: own }, at) => ({
    id: at + 1,
    name,
    photos: own.map(() => next++),
  }));
  const random = new Random(settings.seed);
  const trained = albums.filter((_, at) => at % 2 === 0);
  return {
    ...run,
    photos,
    albums,
    ownAlbums: [],
    judgements: [],
    copies: [],
    others: others.map(() => next++),
    heldOut: {
      albumIds: albums.filter((_, at) => at % 2 === 1).map(({ id }) => id),
      photos: trained.flatMap((album) => {
        const order = random.shuffle(album.photos);
        return order.slice(Math.round(trainedShare * order.length));
      }),
    },
    settings,
  };
}
