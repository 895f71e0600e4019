/** Candidates of duplicates among 100,000 photos: each with all others, by descriptors and by signatures. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import usearch from 'usearch';
import { dot, l2Normalise } from '../../src/descriptor/vectors.ts';
import { CandidateSearch } from '../../src/duplicates/candidates.ts';
import { coefficientCount } from '../../src/duplicates/signature.ts';
import { scanThreads } from '../../src/search/scan-threads.ts';
import type { BenchResult } from './bench-result.ts';
import { millisecondsOf } from './measure.ts';
import { seededRandom } from './seeded-random.ts';
import { syntheticDescriptors } from './synthetic-descriptors.ts';

const photos = 100_000;
const dimensions = 512;
/** Photos that the peer is asked for: a few, as all would take minutes. */
const asked = 500;
const wanted = 20;
/** What all neighbours up to `wanted` must reach to be candidates. */
const leastScore = 0.3;
/** Steps of sixteen bits, and of eight, tell no scores apart that are closer. */
const rounding = 1e-4;
const limits = { seconds: 60, megabytes: 1000, recall: 0.999, delay: 50 };

export async function duplicateCandidatesBench(): Promise<BenchResult> {
  const matrix = syntheticDescriptors(photos, dimensions, 7);
  const looks = syntheticLooks();
  const before = process.memoryUsage().rss;
  const delay = monitorEventLoopDelay({ resolution: 2 });
  let largest = 0;
  const found = new Map<number, Uint32Array>();
  const used = process.cpuUsage();
  const milliseconds = await millisecondsOf(async () => {
    const search = new CandidateSearch(dimensions, photos);
    search.beginNew();
    for (let photo = 0; photo < photos; photo++) {
      search.add(photo + 1, rowOf(matrix, photo), looks[photo]);
    }
    delay.enable();
    const candidates = await search.find({
      signal: new AbortController().signal,
      onProgress: () => (largest = Math.max(largest, process.memoryUsage().rss)),
    });
    delay.disable();
    for (const [photoId, others] of candidates) found.set(photoId, others);
  });
  const { user, system } = process.cpuUsage(used);
  const megabytes = (largest - before) / 1e6;
  const peer = askPeer(matrix);
  const recall = recallOf(matrix, found, peer.neighbours);
  const longest = delay.max / 1e6;
  const pairs = [...found.values()].reduce((sum, others) => sum + others.length, 0);
  const seconds = milliseconds / 1000;
  const ofPeer = (peer.milliseconds * (photos / asked)) / 1000;
  return {
    name: `candidates of duplicates among ${photos.toLocaleString('en')} photos`,
    measured: [
      `${seconds.toFixed(1)} s, ${(photos / seconds).toFixed(0)} photos a second, ${((user + system) / 1e6).toFixed(1)} s of processor time, ${(pairs / photos).toFixed(1)} candidates a photo`,
      `usearch, exact, int8, of the descriptors alone: ${ofPeer.toFixed(1)} s by ${asked} of them, ${(ofPeer / seconds).toFixed(1)} times as long`,
    ],
    limits: [
      { text: `at most ${limits.seconds} s: ${seconds.toFixed(1)}`, holds: seconds <= limits.seconds },
      {
        text: `at most ${limits.megabytes} MB: ${megabytes.toFixed(0)}`,
        holds: megabytes <= limits.megabytes,
      },
      {
        text: `at least ${limits.recall * 100} % of the nearest ${wanted}: ${(100 * recall).toFixed(2)} %`,
        holds: recall >= limits.recall,
      },
      {
        text: `never deaf for more than ${limits.delay} ms: ${longest.toFixed(0)}`,
        holds: longest <= limits.delay,
      },
    ],
  };
}

/** Coefficients as photos have them; one in ten is the photo before it, turned to its side. */
function syntheticLooks(): Int8Array[] {
  const random = seededRandom(3);
  const looks: Int8Array[] = [];
  for (let photo = 0; photo < photos; photo++) {
    const before = looks.at(-1);
    const isCopy = before !== undefined && random() < 0.1;
    const look = Float32Array.from({ length: coefficientCount }, (_, at) =>
      isCopy ? before[at]! + 4 * random() : random() + random() + random() - 1.5,
    );
    looks.push(Int8Array.from(l2Normalise(look), (value) => Math.round(127 * value)));
  }
  return looks;
}

function rowOf(matrix: Float32Array, photo: number): Float32Array {
  return matrix.subarray(photo * dimensions, (photo + 1) * dimensions);
}

/** The nearest neighbours of photos spread over all, each itself among them. */
function askPeer(matrix: Float32Array): { milliseconds: number; neighbours: Map<number, number[]> } {
  const step = photos / asked;
  const queries = new Float32Array(asked * dimensions);
  for (let at = 0; at < asked; at++) queries.set(rowOf(matrix, at * step), at * dimensions);
  const [rows, vectors] = [bytesOf(matrix), bytesOf(queries)];
  const begun = performance.now();
  const found = usearch.exactSearch(
    rows,
    vectors,
    dimensions,
    wanted + 1,
    usearch.MetricKind.Cos,
    scanThreads,
  );
  const milliseconds = performance.now() - begun;
  const neighbours = new Map<number, number[]>();
  for (let at = 0; at < asked; at++) {
    const keys = found.keys.subarray(at * (wanted + 1), (at + 1) * (wanted + 1));
    neighbours.set(
      at * step + 1,
      Array.from(keys, (row) => Number(row) + 1),
    );
  }
  return { milliseconds, neighbours };
}

/** In steps of a 127th of the largest number of all, as none is much larger in one row than in another. */
function bytesOf(vectors: Float32Array): Int8Array {
  let largest = 0;
  for (const value of vectors) largest = Math.max(largest, Math.abs(value));
  return Int8Array.from(vectors, (value) => Math.round((value / largest) * 127));
}

/** The share of the neighbours that count which are among the candidates, or are no nearer than all of these. */
function recallOf(
  matrix: Float32Array,
  found: ReadonlyMap<number, Uint32Array>,
  neighbours: ReadonlyMap<number, readonly number[]>,
): number {
  let right = 0;
  let all = 0;
  for (const [photoId, nearest] of neighbours) {
    const own = rowOf(matrix, photoId - 1);
    const scoreOf = (id: number) => dot(own, rowOf(matrix, id - 1));
    const candidates = new Set(found.get(photoId));
    const counting = nearest
      .filter((id) => id !== photoId && scoreOf(id) >= leastScore + rounding)
      .slice(0, wanted);
    const last = Math.min(
      ...[...candidates]
        .map(scoreOf)
        .sort((a, b) => b - a)
        .slice(0, wanted),
    );
    all += counting.length;
    right += counting.filter((id) => candidates.has(id) || scoreOf(id) <= last + rounding).length;
  }
  return right / all;
}
