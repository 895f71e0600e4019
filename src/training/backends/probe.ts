/** How long a run would take on a backend, from a few small steps on it. */
import { depths, trainingSettingsSchema } from '../../api-training.ts';
import type { Depth } from '../../api-training.ts';
import { AkinError } from '../../errors.ts';
import { architectureOf } from '../../model/architecture.ts';
import { layerOutputs } from '../../model/layer-outputs.ts';
import type { Model } from '../../model/model-folder.ts';
import { createNetwork, frozenLayer } from '../network.ts';
import type { Network, View } from '../network.ts';
import { planOf } from '../plan.ts';
import { gradientsOf } from '../step.ts';
import type { TensorFlow } from '../tensorflow.ts';
import { viewSide } from '../views.ts';
import type { Backend } from './backend.ts';
import { gradientError, tolerance } from './gradient-check.ts';

/** Regions of a photo of 4:3, as depth `head` sees it. */
const regions = 21;
/** Seconds that the measured step of a depth may take, about. */
const budget = 2;
/** What describing a photo that is only to stay as it is costs, as a share of learning from it. */
const describing = 0.25;

/**
 * Measures the seconds that a step takes for each of its views, by depth. Takes some seconds itself.
 * @throws AkinError `training-backend` when the backend computes something else than it should
 */
export async function probeBackend(backend: Backend, model: Model): Promise<Record<Depth, number>> {
  const error = await gradientError(backend.tf, backend.name);
  if (!(error < tolerance)) {
    const reason = `its gradients differ from what they should be by ${(100 * error).toFixed(1)} %`;
    throw new AkinError('training-backend', { backend: backend.name, reason });
  }
  const seconds: Record<Depth, number> = { head: 0, last: 0, full: 0 };
  for (const depth of depths) seconds[depth] = await secondsOfView(backend.tf, model, depth);
  const failure = backend.failure();
  if (failure) throw failure;
  return seconds;
}

/**
 * Predicts the seconds that the steps of a run take, by depth; what comes before and after them, on onnxruntime, is
 * the same on every backend.
 * @param views as they were measured
 * @param albums to learn from
 */
export function secondsOfRuns(views: Readonly<Record<Depth, number>>, albums: number): Record<Depth, number> {
  const seconds = { ...views };
  for (const depth of depths) {
    const plan = planOf(trainingSettingsSchema.parse({ depth }), albums);
    const learnt = plan.albumsPerBatch * plan.photosPerAlbum;
    seconds[depth] *= plan.steps * (learnt + plan.othersPerBatch * (1 + describing));
  }
  return seconds;
}

async function secondsOfView(tf: TensorFlow, model: Model, depth: Depth): Promise<number> {
  const { chunk } = planOf(trainingSettingsSchema.parse({ depth }), 1);
  const network = createNetwork(tf, model, depth);
  try {
    const shape = viewShape(model, depth);
    // The first step makes kernels ready, and tells how many views fit the budget.
    await step(tf, network, shape, 1, chunk);
    const one = await step(tf, network, shape, 1, chunk);
    const views = Math.max(1, Math.min(chunk, Math.round(budget / one)));
    if (views === 1) return one;
    const times = [
      await step(tf, network, shape, views, chunk),
      await step(tf, network, shape, views, chunk),
    ];
    return Math.min(...times) / views;
  } finally {
    network.dispose();
  }
}

function viewShape(model: Model, depth: Depth): number[] {
  if (depth === 'head') return [regions, model.channels];
  if (depth === 'full') return [viewSide, viewSide, 3];
  const name = frozenLayer(model);
  const { channels, stride } = layerOutputs(architectureOf(model.architecture)).find(
    (output) => output.name === name,
  )!;
  return [viewSide / stride, viewSide / stride, channels];
}

/** @returns seconds, until the gradients are there */
async function step(
  tf: TensorFlow,
  network: Network,
  shape: readonly number[],
  count: number,
  chunk: number,
): Promise<number> {
  const length = shape.reduce((product, size) => product * size, 1);
  const views: View[] = Array.from({ length: count }, (_, view) => ({
    data: Uint8Array.from({ length }, (_value, at) => ((at + view) * 73) % 256),
    shape,
  }));
  const begun = performance.now();
  const { gradients } = await gradientsOf(
    tf,
    network,
    views,
    (rows) => tf.tidy(() => tf.mean(tf.exp(tf.matMul(rows, rows, false, true)))),
    { chunk },
  );
  // A graphics card is not waited for before.
  await [...gradients.values()].at(-1)!.data();
  const seconds = (performance.now() - begun) / 1000;
  tf.dispose([...gradients.values()]);
  return seconds;
}
