/** Geometric verification of photo pairs with as many keypoints as Akin keeps, and with a thousand. */
import { availableParallelism } from 'node:os';
import { countOf } from '../../src/local-features/features.ts';
import type { LocalFeatures } from '../../src/local-features/features.ts';
import { verify } from '../../src/local-features/verification.ts';
import { featuresOf, randomDescriptors, similarTo } from '../local-features/random-features.ts';
import { normal } from '../local-features/warps.ts';
import type { BenchResult } from './bench-result.ts';
import { median, takeTurns } from './measure.ts';
import { seededRandom } from './seeded-random.ts';

/** Of the model that comes with Akin, and twice as many. */
const counts = [512, 1000];
const pairsARound = 40;
const rounds = 15;
const limit = 3;
const size: [number, number] = [768, 576];
/** Half of the candidates show the query's thing; of the others, some keypoints match all the same. */
const shared = { related: 0.2, unrelated: 0 };
const chance = 0.04;

export async function verificationBench(): Promise<BenchResult> {
  const random = seededRandom(11);
  const tasks: Record<string, () => Promise<void>> = {};
  for (const count of counts) {
    const query = featuresOf(positions(count, random), randomDescriptors(count, random), size);
    const candidates = Array.from({ length: pairsARound }, (_, index) =>
      candidate(query, index % 2 === 0 ? shared.related : shared.unrelated, random),
    );
    tasks[count] = () => verifyAll(query, candidates);
  }
  const times = await takeTurns(tasks, { rounds });
  const each = counts.map((count) => median(times[count]!) / pairsARound);
  return {
    name: `verification of ${pairsARound} pairs, ${atOnce} at once, ${rounds} rounds`,
    measured: counts.map(
      (count, index) => `${count} keypoints a photo: ${each[index]!.toFixed(2)} ms a pair`,
    ),
    limits: [
      {
        text: `at most ${limit} ms a pair with ${counts[0]!} keypoints: ${each[0]!.toFixed(2)}`,
        holds: each[0]! <= limit,
      },
    ],
  };
}

const atOnce = Math.min(2, availableParallelism());

async function verifyAll(query: LocalFeatures, candidates: readonly LocalFeatures[]): Promise<void> {
  let next = 0;
  const work = async () => {
    while (next < candidates.length) {
      const index = next++;
      const { inliers } = await verify(query, candidates[index]!);
      if (inliers > 0 !== (index % 2 === 0)) throw new Error(`Pair ${index} was judged wrongly.`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

function positions(count: number, random: () => number): number[] {
  return Array.from({ length: count * 2 }, (_, cell) => random() * size[cell % 2]!);
}

/** Another photo, `share` of whose keypoints are the query's, shrunk and moved, and a few others resemble them. */
function candidate(query: LocalFeatures, share: number, random: () => number): LocalFeatures {
  const count = countOf(query);
  const places = positions(count, random);
  const descriptors = randomDescriptors(count, random);
  for (let index = 0; index < count * (share + chance); index++) {
    const own = query.descriptors.subarray(index * 64, index * 64 + 64);
    descriptors.set(similarTo(own, 0.92, random), index * 64);
    if (index >= count * share) continue;
    for (const axis of [0, 1]) {
      places[index * 2 + axis] = 0.7 * query.positions[index * 2 + axis]! + 60 + normal(random);
    }
  }
  return featuresOf(places, descriptors, size);
}
