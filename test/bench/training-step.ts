/** One step of training, 12 albums of 4 photos at 256 pixels, on each backend that runs here. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { BackendName } from '../../src/api-training.ts';
import type { StepCosts } from '../processes/training-step.ts';
import type { BenchResult, Limit } from './bench-result.ts';

const limits = { seconds: 8, megabytes: 4000, wasm: 6, last: 3 };

export async function trainingStepBench(): Promise<BenchResult> {
  const native = await costsOf('tensorflow');
  const wasm = await costsOf('wasm');
  const held: Limit[] = [];
  const hold = (text: string, found: number, limit: number) =>
    held.push({ text: `${text} ${limit}: ${found.toFixed(1)}`, holds: found <= limit });
  if (native) {
    hold('seconds of a full step on native TensorFlow, at most', native.full, limits.seconds);
    hold('megabytes on native TensorFlow, at most', native.megabytes, limits.megabytes);
    hold('a full step on WebAssembly is slower, at most times', wasm!.full / native.full, limits.wasm);
  }
  for (const [name, costs] of Object.entries({ 'native TensorFlow': native, WebAssembly: wasm })) {
    if (!costs) continue;
    const faster = costs.full / costs.last;
    const text = `depth last on ${name} is faster than full, at least ${limits.last} times: ${faster.toFixed(1)}`;
    held.push({ text, holds: faster >= limits.last });
  }
  const told = (name: string, costs: StepCosts | null) =>
    costs === null
      ? `${name}: does not run here`
      : `${name}: full ${costs.full.toFixed(1)} s, last ${costs.last.toFixed(1)} s, ${costs.megabytes.toFixed(0)} MB`;
  return {
    name: 'a step of training, 48 views',
    measured: [told('native TensorFlow', native), told('WebAssembly', wasm)],
    limits: held,
  };
}

/** Null where the backend does not run. */
async function costsOf(backend: BackendName): Promise<StepCosts | null> {
  const child = fork(new URL('../processes/training-step.ts', import.meta.url), [backend], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  let costs: StepCosts | null = null;
  child.on('message', (message) => (costs = message as StepCosts));
  await once(child, 'close');
  return costs;
}
