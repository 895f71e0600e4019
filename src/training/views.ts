/** What a step of training is fed: views of photos, as the depth wants them. */
import type { Depth } from '../api-training.ts';
import { AkinError } from '../errors.ts';
import type { Model } from '../model/model-folder.ts';
import { augment, drawRecipe, randomOfView } from './augmentation.ts';
import { createFrozenFeatures } from './frozen-features.ts';
import type { View } from './network.ts';
import type { Pictures } from './pictures.ts';
import type { RegionMaxima } from './region-maxima.ts';

/** Sides of the square views that go into a trunk that is trained, in pixels. */
export const viewSide = 256;

/** Augmented views of each photo beside the photo itself, at depth `head`. */
export const headViews = 3;

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
  /** The run's, where depth `last` keeps what its frozen part gave. */
  readonly folder: string;
  /** Where depth `head` has its views from; the caller releases it. */
  readonly maxima: RegionMaxima;
  readonly threads?: number;
  readonly report: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Looks at all photos once, and does beforehand what can be.
 * @throws AkinError `training-disk-full`; what the signal throws
 */
export async function createViewSource(
  model: Model,
  depth: Depth,
  pictures: Pictures,
  options: ViewSourceOptions,
): Promise<ViewSource> {
  if (depth === 'head') return viewsOfMaxima(pictures, options);
  if (depth === 'last') return viewsOfFrozen(model, pictures, options);
  const unreadable = await unreadableOf(options, (place) => pictures.get(place));
  return {
    unreadable,
    views: (places, step) =>
      Promise.all(
        places.map(async (place, position): Promise<View> => {
          const photo = await pictures.get(place);
          const random = randomOfStep(pictures, options.seed, place, step, position);
          const recipe = drawRecipe(random, photo.width, photo.height);
          const { data, width, height } = await augment(photo, recipe, viewSide);
          return { data, shape: [height, width, 3] };
        }),
      ),
    close: () => Promise.resolve(),
  };
}

async function viewsOfMaxima(pictures: Pictures, options: ViewSourceOptions): Promise<ViewSource> {
  const { maxima, seed } = options;
  const viewAt = (index: number) => (index === 0 ? { scale: 1 } : { augmented: index - 1 });
  const all = Array.from({ length: 1 + headViews }, (_, index) => viewAt(index));
  const unreadable = await unreadableOf(options, (place) => maxima.get(all.map((view) => ({ place, view }))));
  return {
    unreadable,
    async views(places, step) {
      const wanted = places.map((place, position) => {
        const random = randomOfStep(pictures, seed, place, step, position);
        return { place, view: all[random.below(all.length)]! };
      });
      return (await maxima.get(wanted)).map((map): View => {
        const channels = maxima.channels;
        return { data: map.maxima, shape: [map.maxima.length / channels, channels] };
      });
    },
    close: () => Promise.resolve(),
  };
}

async function viewsOfFrozen(
  model: Model,
  pictures: Pictures,
  options: ViewSourceOptions,
): Promise<ViewSource> {
  const { seed, places, report } = options;
  const unreadable = await unreadableOf({ ...options, report: () => {} }, (place) => pictures.get(place));
  const frozen = await createFrozenFeatures(model, pictures, {
    ...options,
    side: viewSide,
    places: places.filter((place) => !unreadable.has(place)),
    report: (done) => report(done + unreadable.size, places.length),
  });
  return {
    unreadable,
    views: (wanted, step) =>
      Promise.all(
        wanted.map((place, position) => {
          const random = randomOfStep(pictures, seed, place, step, position);
          return frozen.get(place, random.below(frozen.views));
        }),
      ),
    close: () => frozen.close(),
  };
}

function randomOfStep(pictures: Pictures, seed: number, place: number, step: number, position: number) {
  return randomOfView(seed, pictures.hashOf(place), `${step}/${position}`);
}

/** As many photos are asked for at a time as keep their decoding busy. */
const askedAtATime = 8;

async function unreadableOf(
  { places, report, signal }: ViewSourceOptions,
  look: (place: number) => Promise<unknown>,
): Promise<Map<number, AkinError>> {
  const unreadable = new Map<number, AkinError>();
  for (let from = 0; from < places.length; from += askedAtATime) {
    signal.throwIfAborted();
    const part = places.slice(from, from + askedAtATime);
    await Promise.all(
      part.map((place) =>
        look(place).catch((error: unknown) => {
          if (!(error instanceof AkinError)) throw error;
          unreadable.set(place, error);
        }),
      ),
    );
    report(from + part.length, places.length);
  }
  return unreadable;
}
