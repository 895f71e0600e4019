/** `npm run bench [-- NAME...]`: measures Akin beside its peers, and says which of its limits hold here and now. */
import { runNode, say } from '../../src/setup/project.ts';
import { appStartBench } from './app-start.ts';
import type { BenchResult } from './bench-result.ts';
import { duplicateCandidatesBench } from './duplicate-candidates.ts';
import { duplicateGroupsBench } from './duplicate-groups.ts';
import { duplicateVerificationBench } from './duplicate-verification.ts';
import { duplicatesAppBench } from './duplicates-app.ts';
import { engineMemoryBench } from './engine-memory.ts';
import { indexingBench } from './indexing.ts';
import { localFeaturesBench } from './local-features.ts';
import { placesBench } from './places.ts';
import { regionalBench } from './regional.ts';
import { rescanBench } from './rescan.ts';
import { searchBench, searchMillionBench } from './search.ts';
import { makeSyntheticLibrary } from './synthetic-library.ts';
import type { SyntheticLibrary } from './synthetic-library.ts';
import { trainingStepBench } from './training-step.ts';
import { verificationBench } from './verification.ts';

const benches: Record<string, () => Promise<BenchResult>> = {
  indexing: indexingBench,
  search: searchBench,
  'search-million': searchMillionBench,
  regional: regionalBench,
  'local-features': localFeaturesBench,
  verification: verificationBench,
  places: placesBench,
  'duplicate-groups': duplicateGroupsBench,
  'duplicate-candidates': duplicateCandidatesBench,
  'duplicate-verification': duplicateVerificationBench,
  'training-step': trainingStepBench,
  rescan: async () => rescanBench(await syntheticLibrary()),
  engine: async () => {
    await built();
    return engineMemoryBench(await syntheticLibrary());
  },
  app: async () => {
    await built();
    return appStartBench(await syntheticLibrary());
  },
  // Last: it adds to the library.
  'duplicates-app': async () => {
    await built();
    return duplicatesAppBench(await syntheticLibrary());
  },
};

/** Minutes and gigabytes: these run only when they are named. */
const onRequest = new Set(['search-million']);

let library: Promise<SyntheticLibrary> | undefined;
let building: Promise<void> | undefined;

function syntheticLibrary(): Promise<SyntheticLibrary> {
  if (!library) say('Making a library of 100,000 photos. This takes half a minute.');
  return (library ??= makeSyntheticLibrary());
}

/** The app runs from its bundles. A process of its own makes them: here, sharp reads no format but photos'. */
function built(): Promise<void> {
  return (building ??= runNode('src/setup/build.ts').then(({ code }) => {
    if (code !== 0) throw new Error('The app could not be built.');
  }));
}

async function bench(names: readonly string[]): Promise<boolean> {
  const unknown = names.filter((name) => !Object.hasOwn(benches, name));
  if (unknown.length > 0) {
    say(`There is no benchmark ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}.`);
    return false;
  }
  let allHold = true;
  try {
    for (const [name, run] of Object.entries(benches)) {
      if (names.length > 0 ? !names.includes(name) : onRequest.has(name)) continue;
      say(`Measuring: ${name}.`);
      const result = await run();
      print(result);
      allHold &&= result.limits.every(({ holds }) => holds);
    }
  } finally {
    (await library)?.remove();
  }
  return allHold;
}

function print({ name, measured, limits }: BenchResult): void {
  const lines = [name, ...measured.map((line) => `  ${line}`)];
  for (const { text, holds } of limits) lines.push(`  ${holds ? 'holds' : 'FAILS'}: ${text}`);
  process.stdout.write(`${lines.join('\n')}\n\n`);
}

process.exitCode = (await bench(process.argv.slice(2))) ? 0 : 1;
