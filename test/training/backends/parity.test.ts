import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { TestContext } from 'vitest';
import { backendNames } from '../../../src/api-training.ts';
import type { BackendName } from '../../../src/api-training.ts';
import { rebuiltElectron } from '../../../src/setup/electron-rebuild.ts';
import { root } from '../../../src/setup/project.ts';
import { tolerance } from '../../../src/training/backends/gradient-check.ts';
import type { BackendAnswer, BackendGradients, StepAnswer } from '../../processes/backend-gradients.ts';

const reference: BackendName = 'wasm';
const answers = new Map<BackendName, Promise<BackendAnswer>>();

/** Each backend in a process of its own, once. */
function answerOf(name: BackendName): Promise<BackendAnswer> {
  const known = answers.get(name) ?? ask(name);
  answers.set(name, known);
  return known;
}

async function ask(name: BackendName): Promise<BackendAnswer> {
  const child = fork(path.join(root, 'test/processes/backend-gradients.ts'), [name], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, ...(name === 'webgpu' && softwareVulkan()) },
  });
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (said += text));
  let answer: BackendAnswer | undefined;
  child.on('message', (message) => (answer = message as BackendAnswer));
  await once(child, 'close');
  if (!answer) throw new Error(`The process of ${name} ended without an answer: ${said}`);
  return answer;
}

/** Electron brings Vulkan for machines without a graphics card. */
function softwareVulkan(): NodeJS.ProcessEnv {
  const folders = [process.env['ELECTRON_OVERRIDE_DIST_PATH'], rebuiltElectron()];
  const folder = [...folders, path.join(root, 'node_modules/electron/dist')].find(
    (place) => place && existsSync(path.join(place, 'vk_swiftshader_icd.json')),
  );
  if (!folder) return {};
  const driver = path.join(folder, 'vk_swiftshader_icd.json');
  const libraries = [folder, process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':');
  return { LD_LIBRARY_PATH: libraries, VK_DRIVER_FILES: driver, VK_ICD_FILENAMES: driver };
}

test('WebAssembly runs everywhere', async () => {
  const found = (await answerOf(reference)) as BackendGradients;
  expect(found.device).toBe('CPU');
  expect(found.full!.gradients.size).toBeGreaterThan(100);
  for (const [name, gradient] of found.full!.gradients)
    expect(
      gradient.some((value) => value !== 0),
      name,
    ).toBe(true);
});

test.for(backendNames)(
  '%s computes what plain kernels compute, and leaves nothing behind',
  async (name, context) => {
    const found = await answerOf(name);
    if ('reason' in found) return skip(context, found.reason);
    expect(found.error).toBeLessThan(1e-5);
    expect([found.head.left, found.full?.left ?? 0]).toEqual([0, 0]);
  },
);

test.for(backendNames.filter((name) => name !== reference))(
  `%s gives the gradients that ${reference} gives`,
  async (name, context) => {
    const found = await answerOf(name);
    if ('reason' in found) return skip(context, found.reason);
    const wanted = (await answerOf(reference)) as BackendGradients;
    expectAlike(found.head, wanted.head);
    if (found.full) expectAlike(found.full, wanted.full!);
  },
);

/** The reporter keeps the reason to itself. */
function skip(context: TestContext, reason: string): never {
  console.warn(`Not tested: ${reason}`);
  return context.skip(reason);
}

function expectAlike(found: StepAnswer, wanted: StepAnswer): void {
  expect(found.loss).toBeCloseTo(wanted.loss, 4);
  expect(difference(wanted.descriptors, found.descriptors)).toBeLessThan(tolerance);
  expect([...found.gradients.keys()]).toEqual([...wanted.gradients.keys()]);
  for (const [variable, gradient] of wanted.gradients)
    expect(difference(gradient, found.gradients.get(variable)!), variable).toBeLessThan(tolerance);
}

/** As a share of the largest value. */
function difference(wanted: Float32Array, found: Float32Array): number {
  expect(found).toHaveLength(wanted.length);
  let [largest, most] = [0, 0];
  for (const [at, value] of wanted.entries()) {
    largest = Math.max(largest, Math.abs(value));
    most = Math.max(most, Math.abs(value - found[at]!));
  }
  return most / largest;
}
