import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Head } from '../model/head-file.ts';
import { OnnxGraph } from '../model/onnx-graph.ts';
import { sessionOptions } from '../model/session-options.ts';
import { epsilon } from './vectors.ts';

/** Turns region maxima into region vectors. */
export interface HeadSession {
  /** Of a region vector. */
  readonly dimensions: number;
  /** @param maxima [rows, channels] @returns [rows, dimensions]; every row has length 1 */
  run(maxima: Float32Array): Promise<Float32Array>;
  release(): Promise<void>;
}

/**
 * Loads a head into onnxruntime: l2, shift, projection, l2. Without a head, a region vector is the l2-normalised
 * maximum itself. Source: Gordo et al., "End-to-end learning of deep visual representations for image retrieval",
 * IJCV 2017, section 3.
 *
 * @param options.threads threads that one run uses; one for each processor by default
 */
export async function createHead(
  head: Head | null,
  channels: number,
  options: { threads?: number } = {},
): Promise<HeadSession> {
  const session = await InferenceSession.create(headGraph(head, channels), sessionOptions(options.threads));
  return {
    dimensions: head?.dimensions ?? channels,
    async run(maxima) {
      const input = new Tensor('float32', maxima, [maxima.length / channels, channels]);
      return (await session.run({ maxima: input }))['vectors']!.data as Float32Array;
    },
    release: () => session.release(),
  };
}

function headGraph(head: Head | null, channels: number): Uint8Array {
  const graph = new OnnxGraph('head');
  graph.initializer('epsilon', Float32Array.of(epsilon), []);
  const unit = addL2(graph, graph.input('maxima', 'float32', ['rows', channels]), 'unit');
  if (head === null) {
    graph.node('Identity', [unit], ['vectors']);
  } else {
    graph.initializer('shift', head.shift, [channels]);
    graph.initializer('projection', transposed(head), [channels, head.dimensions]);
    const centred = graph.node('Add', [unit, 'shift'], ['centred']);
    addL2(graph, graph.node('MatMul', [centred, 'projection'], ['projected']), 'vectors');
  }
  graph.output('vectors', 'float32', ['rows', head?.dimensions ?? channels]);
  return graph.encode();
}

/** Rows to length 1; a row of zeros stays as it is. */
function addL2(graph: OnnxGraph, input: string, output: string): string {
  const axis = { axes: { ints: [1] }, keepdims: { int: 1 } };
  const length = graph.node('ReduceL2', [input], [`${output}.length`], axis);
  const divisor = graph.node('Add', [length, 'epsilon'], [`${output}.divisor`]);
  return graph.node('Div', [input, divisor], [output]);
}

function transposed({ projection, dimensions, channels }: Head): Float32Array {
  const columns = new Float32Array(projection.length);
  for (let row = 0; row < dimensions; row++) {
    for (let channel = 0; channel < channels; channel++) {
      columns[channel * dimensions + row] = projection[row * channels + channel]!;
    }
  }
  return columns;
}
