/** Tells the parent process what one step on a backend takes, of depths `full` and `last`. */
import type { BackendName } from '../../src/api-training.ts';
import { defaultModelFolder, readModel } from '../../src/model/model-folder.ts';
import { openBackend } from '../../src/training/backends/open-backend.ts';
import { createNetwork } from '../../src/training/network.ts';
import { gradientsOf } from '../../src/training/step.ts';

export interface StepCosts {
  /** Seconds. */
  full: number;
  last: number;
  /** Of the process, at its peak. */
  megabytes: number;
}

const views = 48;
/** As the map that depth `last` begins with, of pictures of 256 pixels. */
const shapes = { full: [256, 256, 3], last: [16, 16, 96] } as const;
const chunks = { full: 6, last: 12 } as const;

const { tf } = await openBackend(process.argv[2] as BackendName);
const model = await readModel(defaultModelFolder());

async function secondsOf(depth: 'full' | 'last'): Promise<number> {
  const network = createNetwork(tf, model, depth);
  const shape = shapes[depth];
  const batch = Array.from({ length: views }, (_, view) => ({
    data: Uint8Array.from(
      { length: shape[0] * shape[1] * shape[2] },
      (_value, at) => ((at + view) * 73) % 256,
    ),
    shape,
  }));
  const begun = performance.now();
  const { gradients } = await gradientsOf(
    tf,
    network,
    batch,
    (rows) => tf.tidy(() => tf.mean(tf.exp(tf.matMul(rows, rows, false, true)))),
    { chunk: chunks[depth] },
  );
  await [...gradients.values()].at(-1)!.data();
  const seconds = (performance.now() - begun) / 1000;
  tf.dispose([...gradients.values()]);
  network.dispose();
  return seconds;
}

const last = await secondsOf('last');
const full = await secondsOf('full');
const costs: StepCosts = { full, last, megabytes: process.resourceUsage().maxRSS / 1000 };
process.send!(costs, undefined, undefined, () => process.exit());
