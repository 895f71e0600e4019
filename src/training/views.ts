/** What a step of training is fed: views of photos, as the depth wants them. */
import type { Depth } from '../api-training.ts';
import { AkinError } from '../errors.ts';
import type { Model } from '../model/model-folder.ts';
import { augment, drawRecipe, randomOfView } from './augmentation.ts';
import type { View } from './network.ts';
import type { Pictures } from './pictures.ts';

/** Sides of the square views that go into a trunk, in pixels. */
export const viewSide = 256;

export interface ViewSource {
  /** Photos that cannot be learnt from, with the reason. */
  readonly unreadable: ReadonlyMap<number, AkinError>;
  /**
   * One view for each place, in their order. Which one follows from seed, step and the position in `places` alone, so
   * that the next step's may be asked for while this one is under way.
   * @param places of those that the source was made for, and that are not unreadable; one may be there twice
   * @throws AkinError `photo-*` when a photo went away meanwhile
   */
  views(places: readonly number[], step: number): Promise<View[]>;
  close(): Promise<void>;
}

export interface ViewSourceOptions {
  readonly seed: number;
  /** Photos that views will be asked of. */
  readonly places: readonly number[];
  readonly report: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Looks at all photos once, and does beforehand what can be.
 * @throws what the signal throws
 */
export async function createViewSource(
  _model: Model,
  _depth: Depth,
  pictures: Pictures,
  options: ViewSourceOptions,
): Promise<ViewSource> {
  const { seed } = options;
  const unreadable = await unreadablePhotos(pictures, options);
  return {
    unreadable,
    views: (places, step) =>
      Promise.all(
        places.map(async (place, position): Promise<View> => {
          const photo = await pictures.get(place);
          const random = randomOfView(seed, pictures.hashOf(place), `${step}/${position}`);
          const recipe = drawRecipe(random, photo.width, photo.height);
          const { data, width, height } = await augment(photo, recipe, viewSide);
          return { data, shape: [height, width, 3] };
        }),
      ),
    close: () => Promise.resolve(),
  };
}

/** As many photos are asked for at a time as keep their decoding busy. */
const askedAtATime = 8;

async function unreadablePhotos(
  pictures: Pictures,
  { places, report, signal }: ViewSourceOptions,
): Promise<Map<number, AkinError>> {
  const unreadable = new Map<number, AkinError>();
  for (let from = 0; from < places.length; from += askedAtATime) {
    signal.throwIfAborted();
    const part = places.slice(from, from + askedAtATime);
    await Promise.all(
      part.map((place) =>
        pictures.get(place).catch((error: unknown) => {
          if (!(error instanceof AkinError)) throw error;
          unreadable.set(place, error);
        }),
      ),
    );
    report(from + part.length, places.length);
  }
  return unreadable;
}
