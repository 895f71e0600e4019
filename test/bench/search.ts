/** A query over 100,000 or a million descriptors, with and without a filter, beside others who search them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { openCatalog } from '../../src/catalog/catalog.ts';
import { Descriptors } from '../../src/catalog/descriptors.ts';
import { DescriptorIndex } from '../../src/search/descriptor-index.ts';
import { PhotoSet } from '../../src/search/photo-set.ts';
import { scanThreads } from '../../src/search/scan-threads.ts';
import { say } from '../../src/setup/project.ts';
import type { BenchResult, Limit } from './bench-result.ts';
import { faissMissing, faissPeer } from './faiss.ts';
import { median, medianRatio, takeTurns } from './measure.ts';
import {
  bareProduct,
  bytesOf,
  sqliteScan,
  sqliteTable,
  usearchExact,
  usearchExactBytes,
} from './search-peers.ts';
import type { SearchData, SearchPeer } from './search-peers.ts';
import { syntheticDescriptors, syntheticQueries } from './synthetic-descriptors.ts';

const dimensions = 512;
const wanted = 100;
/** The share of photos that the filter lets through. */
const allowedShare = 0.1;
const bareLimit = 1.2;
const sqliteLimit = 5;
const recallLimit = 0.999;
const memoryLimit = 700;
/** What is written to the disk in one go. */
const rowsAtOnce = 10_000;
/** Two sums of the same products in another order may differ by this much. */
const roundingError = 1e-6;

type OpenPeer = (data: SearchData) => SearchPeer | Promise<SearchPeer>;

const ofAnySize: Record<string, OpenPeer> = {
  'bare MatMul -> TopK on onnxruntime': bareProduct,
  'usearch, exact, float32': usearchExact,
  'usearch, exact, int8': usearchExactBytes,
  'sqlite-vec, vec0 table': sqliteTable,
};
const ofFaiss: Record<string, OpenPeer> = {
  'faiss, flat': (data) => faissPeer('flat', data),
  'faiss, fp16': (data) => faissPeer('QT_fp16', data),
  'faiss, int8': (data) => faissPeer('QT_8bit', data),
};

export async function searchBench(): Promise<BenchResult> {
  const scan = { 'sqlite-vec, vec_distance_cosine over a plain table': sqliteScan };
  const { result, peers } = await compare(100_000, 15, { ...ofAnySize, ...scan });
  const toBare = peers.find(({ name }) => name.startsWith('bare'))!.slower;
  const toSqlite = Math.min(
    ...peers.filter(({ name }) => name.startsWith('sqlite')).map((peer) => peer.slower),
  );
  result.limits.push(
    {
      text: `at most ${bareLimit} times the bare product: ${(1 / toBare).toFixed(2)}`,
      holds: 1 / toBare <= bareLimit,
    },
    {
      text: `at least ${sqliteLimit} times as fast as sqlite-vec: ${toSqlite.toFixed(1)}`,
      holds: toSqlite >= sqliteLimit,
    },
  );
  return result;
}

/** Takes minutes, 5 GB of memory and as much of the disk. */
export async function searchMillionBench(): Promise<BenchResult> {
  const { result, peers, megabytes } = await compare(1_000_000, 9, ofAnySize);
  const exact = peers.filter(({ recall }) => recall >= recallLimit);
  const fastest = exact.reduce((best, peer) => (peer.slower < best.slower ? peer : best));
  result.limits.push(
    {
      text: `faster than all who find ${recallLimit * 100} %: ${fastest.name} takes ${fastest.slower.toFixed(2)} times as long`,
      holds: fastest.slower > 1,
    },
    { text: `at most ${memoryLimit} MB: ${megabytes.toFixed(0)}`, holds: megabytes <= memoryLimit },
  );
  return result;
}

interface Measured {
  name: string;
  recall: number;
  /** How many times as long as Akin it takes, in turns with it. */
  slower: number;
}

interface Comparison {
  result: BenchResult;
  peers: Measured[];
  /** What Akin's index takes of memory. */
  megabytes: number;
}

async function compare(
  photos: number,
  rounds: number,
  others: Record<string, OpenPeer>,
): Promise<Comparison> {
  const folder = mkdtempSync(path.join(tmpdir(), 'akin-bench-search-'));
  const missing = faissMissing();
  if (missing) say(`Without faiss: ${missing}`);
  const opened: SearchPeer[] = [];
  try {
    const data = makeData(photos, rounds, folder);
    const truth = data.queries.map((query) => truthOf(data, query));
    const before = process.memoryUsage().rss;
    const akin = akinPeer(data);
    opened.push(akin);
    await akin.search(0);
    const megabytes = (process.memoryUsage().rss - before) / 1e6;
    const own = { times: [] as number[], filtered: [] as number[] };
    const peers: (Measured & { line: string })[] = [];
    for (const [name, open] of Object.entries(missing ? others : { ...others, ...ofFaiss })) {
      say(`Beside ${name}.`);
      const peer = await open(data);
      opened.push(peer);
      const { filtered } = peer;
      const times = await takeTurns(
        { akin: (round) => akin.search(round), peer: (round) => peer.search(round) },
        { rounds },
      );
      own.times.push(...times.akin);
      const slower = medianRatio(times.peer, times.akin);
      const recall = await recallOf(peer.search, truth);
      let line = `${text(name, times.peer, recall)}, ${slower.toFixed(2)} times Akin's beside it`;
      if (filtered) {
        const beside = await takeTurns(
          { akin: (round) => akin.filtered(round), peer: (round) => filtered(round) },
          { rounds },
        );
        own.filtered.push(...beside.akin);
        line += `; with the filter ${text('', beside.peer, await recallOf(filtered, truth, data.allowed))}`;
        line += `, ${medianRatio(beside.peer, beside.akin).toFixed(2)} times Akin's`;
      }
      peers.push({ name, recall, slower, line });
      opened.pop();
      await peer.close();
    }
    if (own.filtered.length === 0) {
      const alone = await takeTurns({ akin: (round) => akin.filtered(round) }, { rounds });
      own.filtered.push(...alone.akin);
    }
    const recall = await recallOf(akin.search, truth);
    const filteredRecall = await recallOf(akin.filtered, truth, data.allowed);
    const lowest = Math.min(recall, filteredRecall);
    const limit: Limit = {
      text: `recall@${wanted} of at least ${recallLimit}, with and without the filter: ${lowest.toFixed(4)}`,
      holds: lowest >= recallLimit,
    };
    return {
      result: {
        name: `search of ${photos.toLocaleString('en')} x ${dimensions}, the best ${wanted}, ${scanThreads} threads, filter ${allowedShare * 100} %`,
        measured: [
          `${text('Akin', own.times, recall)}; with the filter ${text('', own.filtered, filteredRecall)}; ${megabytes.toFixed(0)} MB`,
          ...peers.map(({ line }) => line),
        ],
        limits: [limit],
      },
      peers,
      megabytes,
    };
  } finally {
    for (const { close } of opened) await close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function text(name: string, times: readonly number[], recall: number): string {
  const milliseconds = `${median(times).toFixed(1)} ms (at best ${Math.min(...times).toFixed(1)})`;
  return `${name === '' ? '' : `${name}: `}${milliseconds}, recall ${recall.toFixed(4)}`;
}

function makeData(photos: number, rounds: number, folder: string): SearchData {
  const matrix = syntheticDescriptors(photos, dimensions, 7);
  const queries = syntheticQueries(matrix, dimensions, rounds);
  const step = 1 / allowedShare;
  const allowed = new Set(
    Array.from({ length: photos / step }, (_, at) => 1 + Math.floor(at * step + (at % step))),
  );
  const bits = new Uint8Array(Math.ceil(photos / 8));
  for (const photoId of allowed) bits[(photoId - 1) >> 3]! |= 1 << ((photoId - 1) & 7);
  const slice = rowsAtOnce * dimensions;
  for (let begin = 0; begin < matrix.length; begin += slice) {
    const flag = begin === 0 ? 'w' : 'a';
    writeFileSync(path.join(folder, 'matrix'), bytesOf(matrix.subarray(begin, begin + slice)), { flag });
  }
  writeFileSync(path.join(folder, 'queries'), Buffer.concat(queries.map(bytesOf)));
  writeFileSync(path.join(folder, 'allowed'), bits);
  return { photos, dimensions, matrix, queries, allowed, wanted, threads: scanThreads, folder };
}

interface Truth {
  /** Every photo's score, computed one by one. */
  scores: Float64Array;
  /** The lowest score of the photos that are wanted, of all and of those that the filter lets through. */
  last: number;
  lastAllowed: number;
}

function truthOf({ photos, matrix, allowed }: SearchData, query: Float32Array): Truth {
  const scores = new Float64Array(photos);
  for (let photo = 0; photo < photos; photo++) {
    let sum = 0;
    for (let at = 0; at < dimensions; at++) sum += matrix[photo * dimensions + at]! * query[at]!;
    scores[photo] = sum;
  }
  const lastOf = (some: Float64Array) => some.sort().at(-wanted)! - roundingError;
  const lastAllowed = lastOf(Float64Array.from(allowed, (photoId) => scores[photoId - 1]!));
  return { scores, last: lastOf(scores.slice()), lastAllowed };
}

/** The share of matches that belong there; photos that rounding cannot tell apart may stand for each other. */
async function recallOf(
  search: SearchPeer['search'],
  truth: readonly Truth[],
  filter?: ReadonlySet<number>,
): Promise<number> {
  let right = 0;
  for (const [at, { scores, last, lastAllowed }] of truth.entries()) {
    const found = new Set(await search(at));
    for (const photoId of found) {
      const belongs = filter
        ? filter.has(photoId) && scores[photoId - 1]! >= lastAllowed
        : scores[photoId - 1]! >= last;
      if (belongs) right++;
    }
  }
  return right / (wanted * truth.length);
}

/** The index as a library has it: float32 is read from a catalog on the disk. */
function akinPeer({ photos, matrix, queries, allowed, folder }: SearchData): Required<SearchPeer> {
  const library = path.join(folder, 'library');
  openCatalog(library).catalog.close();
  const database = new Database(path.join(library, 'catalog.sqlite'));
  // The rows of photos that descriptors belong to would be read by nobody here.
  database.pragma('foreign_keys = OFF');
  const model = new Descriptors(database).modelId('digest', 'bench', 1);
  const insert = database.prepare('INSERT INTO descriptor (photo_id, model_id, vector) VALUES (?, ?, ?)');
  const index = new DescriptorIndex(dimensions, (photoIds) => descriptors.getMany(photoIds, model));
  const descriptors = new Descriptors(database);
  const put = database.transaction((from: number) => {
    for (let row = from; row < Math.min(from + rowsAtOnce, photos); row++) {
      const vector = matrix.subarray(row * dimensions, (row + 1) * dimensions);
      insert.run(row + 1, model, bytesOf(vector));
      index.set(row + 1, vector);
    }
  });
  for (let from = 0; from < photos; from += rowsAtOnce) put(from);
  const ids = (neighbours: { photoId: number }[]) => neighbours.map(({ photoId }) => photoId);
  const filter = new PhotoSet(allowed);
  return {
    search: async (query) => ids(await index.search(queries[query]!, wanted)),
    filtered: async (query) => ids(await index.search(queries[query]!, wanted, { allowed: filter })),
    close: async () => {
      await index.release();
      database.close();
    },
  };
}
