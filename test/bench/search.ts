/** A query over 100,000 descriptors beside a bare matrix product, sqlite-vec and usearch. */
import Database from 'better-sqlite3';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import * as sqliteVec from 'sqlite-vec';
import usearch from 'usearch';
import { l2Normalise } from '../../src/descriptor/vectors.ts';
import { OnnxGraph } from '../../src/model/onnx-graph.ts';
import { DescriptorIndex } from '../../src/search/descriptor-index.ts';
import type { BenchResult } from './bench-result.ts';
import { median, medianRatio, takeTurns } from './measure.ts';
import { seededRandom } from './seeded-random.ts';

const photos = 100_000;
const dimensions = 512;
/** What the app asks for, and one more for the query's own photo. */
const wanted = 201;
const rounds = 31;
const bareLimit = 1.2;
const sqliteLimit = 5;
/** Two sums of the same products in another order may differ by this much. */
const roundingError = 1e-5;

/** Photo ids of the matches, best first. */
type Search = (query: Float32Array) => Promise<number[]>;

interface Peer {
  search: Search;
  close(): unknown;
}

export async function searchBench(): Promise<BenchResult> {
  const random = seededRandom(7);
  const matrix = new Float32Array(photos * dimensions);
  for (let photo = 0; photo < photos; photo++) matrix.set(randomUnit(random), photo * dimensions);
  const queries = Array.from({ length: rounds }, () => randomUnit(random));
  const peers = {
    akin: akin(matrix),
    bare: await bareProduct(matrix),
    sqliteTable: sqliteTable(matrix),
    sqliteScan: sqliteScan(matrix),
    usearch: usearchExact(matrix),
  };
  try {
    for (const [name, { search }] of Object.entries(peers)) {
      checkAnswer(name, matrix, queries[0]!, await search(queries[0]!));
    }
    const task =
      ({ search }: Peer) =>
      (round: number) =>
        search(queries[round]!);
    const times = await takeTurns(
      {
        akin: task(peers.akin),
        bare: task(peers.bare),
        sqliteTable: task(peers.sqliteTable),
        sqliteScan: task(peers.sqliteScan),
        usearch: task(peers.usearch),
      },
      { rounds },
    );
    const sqlite =
      median(times.sqliteTable) < median(times.sqliteScan) ? times.sqliteTable : times.sqliteScan;
    const toBare = medianRatio(times.akin, times.bare);
    const toSqlite = medianRatio(sqlite, times.akin);
    const line = (name: string, values: number[]) => `${name}: ${median(values).toFixed(1)} ms`;
    return {
      name: `search of ${photos.toLocaleString('en')} x ${dimensions}, the best ${wanted}, ${rounds} queries`,
      measured: [
        line('Akin', times.akin),
        line('bare MatMul -> TopK on onnxruntime', times.bare),
        line('sqlite-vec, vec0 table', times.sqliteTable),
        line('sqlite-vec, vec_distance_cosine over a plain table', times.sqliteScan),
        line('usearch, exact search', times.usearch),
      ],
      limits: [
        {
          text: `at most ${bareLimit} times the bare product: ${toBare.toFixed(2)}`,
          holds: toBare <= bareLimit,
        },
        {
          text: `at least ${sqliteLimit} times as fast as sqlite-vec: ${toSqlite.toFixed(1)}`,
          holds: toSqlite >= sqliteLimit,
        },
      ],
    };
  } finally {
    for (const { close } of Object.values(peers)) await close();
  }
}

function randomUnit(random: () => number): Float32Array {
  // Sums of uniform numbers: near enough to a normal distribution for directions without a preference.
  return l2Normalise(
    Float32Array.from({ length: dimensions }, () => random() + random() + random() + random() - 2),
  );
}

/** Every photo's score computed one by one; a peer may exchange only photos that rounding cannot tell apart. */
function checkAnswer(name: string, matrix: Float32Array, query: Float32Array, found: number[]): void {
  const scores = Array.from({ length: photos }, (_, photo) => {
    let sum = 0;
    for (let at = 0; at < dimensions; at++) sum += matrix[photo * dimensions + at]! * query[at]!;
    return sum;
  });
  const best = scores.toSorted((a, b) => b - a).slice(0, wanted);
  const different = new Set(found).size;
  if (different !== wanted) throw new Error(`${name} found ${different} photos instead of ${wanted}`);
  for (const [rank, photoId] of found.entries()) {
    if (Math.abs(scores[photoId - 1]! - best[rank]!) > roundingError)
      throw new Error(`${name}: photo ${photoId} does not belong at rank ${rank}`);
  }
}

/** Photo ids are row numbers, counted from 1. */
function* rowsOf(matrix: Float32Array): Generator<[number, Float32Array]> {
  for (let row = 0; row < photos; row++) {
    yield [row + 1, matrix.subarray(row * dimensions, (row + 1) * dimensions)];
  }
}

function akin(matrix: Float32Array): Peer {
  const index = new DescriptorIndex(dimensions, (photoIds) =>
    photoIds.map((photoId) => matrix.subarray((photoId - 1) * dimensions, photoId * dimensions)),
  );
  for (const [photoId, row] of rowsOf(matrix)) index.set(photoId, row);
  return {
    search: async (query) => (await index.search(query, wanted)).map(({ photoId }) => photoId),
    close: () => index.release(),
  };
}

async function bareProduct(matrix: Float32Array): Promise<Peer> {
  const graph = new OnnxGraph('bare');
  graph.input('matrix', 'float32', [photos, dimensions]);
  graph.input('query', 'float32', [dimensions, 1]);
  graph.initializer('wanted', BigInt64Array.of(BigInt(wanted)), [1]);
  const products = graph.node('MatMul', ['matrix', 'query'], ['products']);
  graph.node('TopK', [products, 'wanted'], ['scores', 'rows'], { axis: { int: 0 } });
  graph.output('scores', 'float32', [wanted, 1]);
  graph.output('rows', 'int64', [wanted, 1]);
  const session = await InferenceSession.create(graph.encode(), { executionProviders: ['cpu'] });
  const whole = new Tensor('float32', matrix, [photos, dimensions]);
  return {
    search: async (query) => {
      const found = await session.run({
        matrix: whole,
        query: new Tensor('float32', query, [dimensions, 1]),
      });
      return Array.from(found['rows']!.data as BigInt64Array, (row) => Number(row) + 1);
    },
    close: () => session.release(),
  };
}

function sqliteTable(matrix: Float32Array): Peer {
  return sqlite(matrix, {
    create: `CREATE VIRTUAL TABLE photo USING vec0(vector float[${dimensions}] distance_metric=cosine)`,
    insert: 'INSERT INTO photo (rowid, vector) VALUES (?, ?)',
    search: `SELECT rowid FROM photo WHERE vector MATCH ? AND k = ${wanted} ORDER BY distance`,
  });
}

function sqliteScan(matrix: Float32Array): Peer {
  return sqlite(matrix, {
    create: 'CREATE TABLE photo (id INTEGER PRIMARY KEY, vector BLOB)',
    insert: 'INSERT INTO photo (id, vector) VALUES (?, ?)',
    search: `SELECT id FROM photo ORDER BY vec_distance_cosine(vector, ?) LIMIT ${wanted}`,
  });
}

/** In memory, so that no disk slows it. */
function sqlite(matrix: Float32Array, statements: { create: string; insert: string; search: string }): Peer {
  const database = new Database(':memory:');
  sqliteVec.load(database);
  database.exec(statements.create);
  const insert = database.prepare<[bigint, Uint8Array]>(statements.insert);
  database.transaction(() => {
    for (const [photoId, row] of rowsOf(matrix)) insert.run(BigInt(photoId), bytesOf(row));
  })();
  const search = database.prepare<[Uint8Array], number>(statements.search).pluck();
  return { search: async (query) => search.all(bytesOf(query)), close: () => database.close() };
}

function bytesOf(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}

function usearchExact(matrix: Float32Array): Peer {
  return {
    search: async (query) => {
      const { keys } = usearch.exactSearch(matrix, query, dimensions, wanted, usearch.MetricKind.IP);
      return Array.from(keys, (row) => Number(row) + 1);
    },
    close: () => undefined,
  };
}
