/** Who else searches descriptors, each with the same data: photo ids are row numbers, counted from 1. */
import Database from 'better-sqlite3';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import * as sqliteVec from 'sqlite-vec';
import usearch from 'usearch';
import { OnnxGraph } from '../../src/model/onnx-graph.ts';

export interface SearchData {
  photos: number;
  dimensions: number;
  /** [photos, dimensions], rows of length 1. */
  matrix: Float32Array;
  queries: readonly Float32Array[];
  /** The photos that the filter lets through. */
  allowed: ReadonlySet<number>;
  /** How many matches each query wants. */
  wanted: number;
  threads: number;
  /** Holds the matrix, the queries and the filter's bits as files. */
  folder: string;
}

/** Photo ids of the matches, best first. */
type Search = (query: number) => Promise<number[]>;

export interface SearchPeer {
  search: Search;
  /** The same with the filter; absent where there is no such thing. */
  filtered?: Search;
  close(): unknown;
}

export async function bareProduct({
  photos,
  dimensions,
  matrix,
  queries,
  wanted,
  threads,
}: SearchData): Promise<SearchPeer> {
  const graph = new OnnxGraph('bare');
  graph.input('matrix', 'float32', [photos, dimensions]);
  graph.input('query', 'float32', [dimensions, 1]);
  graph.initializer('wanted', BigInt64Array.of(BigInt(wanted)), [1]);
  const products = graph.node('MatMul', ['matrix', 'query'], ['products']);
  graph.node('TopK', [products, 'wanted'], ['scores', 'rows'], { axis: { int: 0 } });
  graph.output('scores', 'float32', [wanted, 1]);
  graph.output('rows', 'int64', [wanted, 1]);
  const session = await InferenceSession.create(graph.encode(), {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
  });
  const whole = new Tensor('float32', matrix, [photos, dimensions]);
  return {
    search: async (query) => {
      const found = await session.run({
        matrix: whole,
        query: new Tensor('float32', queries[query]!, [dimensions, 1]),
      });
      return Array.from(found['rows']!.data as BigInt64Array, (row) => Number(row) + 1);
    },
    close: () => session.release(),
  };
}

export function usearchExact(data: SearchData): SearchPeer {
  return usearchOn(data, data.matrix, (query) => query);
}

/** Each row and each query in steps of a 127th of its largest number: their scales do not count for cosine. */
export function usearchExactBytes(data: SearchData): SearchPeer {
  const { matrix, photos, dimensions } = data;
  const steps = new Int8Array(matrix.length);
  for (let photo = 0; photo < photos; photo++) {
    const begin = photo * dimensions;
    steps.set(bytesOfSteps(matrix.subarray(begin, begin + dimensions)), begin);
  }
  return usearchOn(data, steps, bytesOfSteps);
}

function usearchOn<Matrix extends Float32Array | Int8Array>(
  { dimensions, queries, wanted, threads }: SearchData,
  matrix: Matrix,
  asked: (query: Float32Array) => Matrix,
): SearchPeer {
  const metric = usearch.MetricKind.Cos;
  return {
    search: async (query) => {
      const found = usearch.exactSearch(matrix, asked(queries[query]!), dimensions, wanted, metric, threads);
      return Array.from(found.keys, (row) => Number(row) + 1);
    },
    close: () => undefined,
  };
}

function bytesOfSteps(vector: Float32Array): Int8Array {
  let largest = 0;
  for (const value of vector) largest = Math.max(largest, Math.abs(value));
  const steps = new Int8Array(vector.length);
  for (let at = 0; at < vector.length; at++) steps[at] = Math.round((vector[at]! / largest) * 127);
  return steps;
}

export function sqliteTable(data: SearchData): SearchPeer {
  return sqlite(data, {
    create: `CREATE VIRTUAL TABLE photo USING vec0(vector float[${data.dimensions}] distance_metric=cosine)`,
    insert: 'INSERT INTO photo (rowid, vector) VALUES (?, ?)',
    search: `SELECT rowid FROM photo WHERE vector MATCH ? AND k = ${data.wanted} ORDER BY distance`,
  });
}

export function sqliteScan(data: SearchData): SearchPeer {
  return sqlite(data, {
    create: 'CREATE TABLE photo (id INTEGER PRIMARY KEY, vector BLOB)',
    insert: 'INSERT INTO photo (id, vector) VALUES (?, ?)',
    search: `SELECT id FROM photo ORDER BY vec_distance_cosine(vector, ?) LIMIT ${data.wanted}`,
  });
}

/** In memory, so that no disk slows it. */
function sqlite(
  { photos, dimensions, matrix, queries }: SearchData,
  statements: { create: string; insert: string; search: string },
): SearchPeer {
  const database = new Database(':memory:');
  sqliteVec.load(database);
  database.exec(statements.create);
  const insert = database.prepare<[bigint, Uint8Array]>(statements.insert);
  database.transaction(() => {
    for (let row = 0; row < photos; row++) {
      insert.run(BigInt(row + 1), bytesOf(matrix.subarray(row * dimensions, (row + 1) * dimensions)));
    }
  })();
  const search = database.prepare<[Uint8Array], number>(statements.search).pluck();
  return { search: async (query) => search.all(bytesOf(queries[query]!)), close: () => database.close() };
}

export function bytesOf(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}
