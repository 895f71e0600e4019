import type * as tensorflow from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { trainingSettingsSchema } from '../../src/api-training.ts';
import type { TrainingWishes } from '../../src/api-training.ts';
import { Learner } from '../../src/training/learner.ts';
import type { View } from '../../src/training/network.ts';
import { planOf } from '../../src/training/plan.ts';
import { Random } from '../../src/training/random.ts';
import type { ViewSource } from '../../src/training/views.ts';
import { startTensorflow } from '../model/tensorflow.ts';
import { tinyModel } from './tiny-model.ts';

let tf: typeof tensorflow;

beforeAll(async () => {
  tf = await startTensorflow();
});

const albums = Array.from({ length: 6 }, (_, album) => [0, 1, 2, 3].map((photo) => 4 * album + photo));
const parts = {
  albums: albums.map((training, id) => ({ id, training, validation: [], heldOut: [] })),
  heldOutAlbums: [],
  othersTraining: [24, 25, 26, 27, 28],
  othersMeasured: [],
  judged: [{ a: 0, b: 24, same: false }],
};

/** Regions of photos of an album are alike; each view differs a little. */
const views: ViewSource = {
  unreadable: new Map(),
  views: (places, step) =>
    Promise.resolve(
      places.map((place, position): View => {
        const [album, own] = [
          new Random(Math.floor(place / 4)),
          new Random(1000 * place + 100 * position + step),
        ];
        const data = Float32Array.from({ length: 3 * 6 }, () => album.next() + own.next());
        return { data, shape: [3, 6] };
      }),
    ),
  close: () => Promise.resolve(),
};

function learnerOf(wishes: TrainingWishes, source = views): Learner {
  const settings = trainingSettingsSchema.parse(wishes);
  const plan = { ...planOf(settings, albums.length), albumsPerBatch: 4, photosPerAlbum: 2, chunk: 5 };
  const safe = settings.unlabelled ? (other: number, album: number) => other % 2 === album % 2 : null;
  return new Learner(tf, { parent: tinyModel(6, 4), settings, plan, parts, views: source, safe });
}

const never = new AbortController().signal;

async function steps(learner: Learner, count: number) {
  const points = [];
  for (let step = 0; step < count; step++) points.push((await learner.next(never)).point);
  return points;
}

const wishes: TrainingWishes[] = [
  { sampling: 'random', loss: 'batch-sample' },
  { sampling: 'hard-albums', loss: 'batch-hard', unlabelled: false },
  { sampling: 'hard-negatives', loss: 'triplet', margin: 0.1 },
  { sampling: 'hard-negatives', loss: 'batch-all' },
];

test.each(wishes)('a resumed run goes on as the straight one: $sampling, $loss', async (wish) => {
  const straight = learnerOf(wish);
  const first = await steps(straight, 3);
  const { batches, tensors } = await straight.state();
  const stored: unknown = JSON.parse(JSON.stringify(batches));
  const rest = await steps(straight, 3);

  const resumed = learnerOf(wish);
  resumed.restore(3, stored, tensors);
  expect(await steps(resumed, 3)).toEqual(rest);
  expect(await resumed.weights()).toEqual(await straight.weights());
  expect(first.every(({ loss }) => loss > 0)).toBe(true);
  straight.dispose();
  resumed.dispose();
});

test.each(wishes)(
  'a step that was stopped half way leaves nothing behind: $sampling, $loss',
  async (wish) => {
    const straight = learnerOf(wish);
    const expected = await steps(straight, 2);
    straight.dispose();
    const tensorsBefore = tf.memory().numTensors;
    for (const asked of [1, 2, 3, 7]) {
      const controller = new AbortController();
      let left = asked;
      const stopping: ViewSource = {
        ...views,
        views(places, step) {
          left -= 1;
          if (left === 0) controller.abort();
          return views.views(places, step);
        },
      };
      const learner = learnerOf(wish, stopping);
      const end = await learner.next(controller.signal).then(
        () => 'done',
        () => 'stopped',
      );
      // The random sampling asks for one lot of views only.
      if (end === 'done') expect(asked).toBeGreaterThan(1);
      expect(await steps(learner, end === 'done' ? 1 : 2)).toEqual(
        end === 'done' ? expected.slice(1) : expected,
      );
      learner.dispose();
      expect(tf.memory().numTensors).toBe(tensorsBefore);
    }
  },
);

test('triplets that were mined are learnt from, not the whole batch', async () => {
  const wish: TrainingWishes = { sampling: 'hard-negatives', margin: 0.1 };
  const [mined] = await steps(learnerOf({ ...wish, loss: 'triplet' }), 1);
  const [all] = await steps(learnerOf({ ...wish, loss: 'batch-all' }), 1);
  // All of them have a loss at the step that mined them, as far as another view of each is like the first.
  expect(mined!.active).toBeGreaterThan(all!.active);
});
