/** Folds each batch-norm into the convolution before it, and picks the architecture that fits the weights. */
import { architectureNames, architectureOf, convolutionsOf, weightShape } from '../architecture.ts';
import type { ArchitectureName } from '../architecture.ts';
import type { Architecture, Convolution } from '../layers.ts';
import type { Tensor } from '../tensor.ts';
import { weightsDamaged } from './weights-damaged.ts';

const normParts = ['weight', 'bias', 'running_mean', 'running_var'] as const;

/**
 * The weights of the trunk alone: for each convolution W' = W s and b' = (b - mean) s + beta, s = gamma /
 * sqrt(variance + epsilon) (Ioffe and Szegedy 2015, Batch Normalization, section 3.1). A convolution without a
 * bias has b = 0. `file` is the path that an error names.
 * @throws AkinError `model-damaged` when a tensor is missing, has another shape, or folds to a value not finite
 */
export function foldBatchNorms(
  architecture: Architecture,
  source: ReadonlyMap<string, Tensor>,
  file: string,
): Map<string, Tensor> {
  const folded = new Map<string, Tensor>();
  for (const layer of convolutionsOf(architecture)) {
    const problem = misfit(layer, source);
    if (problem !== null) throw weightsDamaged(file, problem);
    for (const [name, tensor] of fold(layer, source, architecture.batchNormEpsilon)) {
      if (!tensor.data.every(Number.isFinite))
        throw weightsDamaged(file, `${name} holds a value that is not finite`);
      folded.set(name, tensor);
    }
  }
  return folded;
}

/** The architectures that all these tensors fit. */
export function fittingArchitectures(source: ReadonlyMap<string, Tensor>): ArchitectureName[] {
  return architectureNames.filter((name) =>
    convolutionsOf(architectureOf(name)).every((layer) => misfit(layer, source) === null),
  );
}

function fold(layer: Convolution, source: ReadonlyMap<string, Tensor>, epsilon: number): [string, Tensor][] {
  const weight = source.get(`${layer.name}.weight`)!;
  const [gamma, beta, mean, variance] = normParts.map(
    (part) => source.get(`${layer.batchNorm}.${part}`)!.data,
  );
  const ownBias = source.get(`${layer.name}.bias`)?.data;
  const filterSize = weight.data.length / layer.outputChannels;
  const weights = new Float32Array(weight.data.length);
  const biases = new Float32Array(layer.outputChannels);
  for (let channel = 0; channel < layer.outputChannels; channel++) {
    const scale = gamma![channel]! / Math.sqrt(variance![channel]! + epsilon);
    for (let index = channel * filterSize; index < (channel + 1) * filterSize; index++) {
      weights[index] = weight.data[index]! * scale;
    }
    biases[channel] = ((ownBias?.[channel] ?? 0) - mean![channel]!) * scale + beta![channel]!;
  }
  return [
    [`${layer.name}.weight`, { shape: weightShape(layer), data: weights }],
    [`${layer.name}.bias`, { shape: [layer.outputChannels], data: biases }],
  ];
}

/** Why the tensors do not hold this layer, or null when they do. */
function misfit(layer: Convolution, source: ReadonlyMap<string, Tensor>): string | null {
  const vector = [layer.outputChannels];
  const wanted: [string, readonly number[], boolean][] = [
    [`${layer.name}.weight`, weightShape(layer), true],
    [`${layer.name}.bias`, vector, false],
    ...normParts.map((part): [string, number[], boolean] => [`${layer.batchNorm}.${part}`, vector, true]),
  ];
  for (const [name, shape, needed] of wanted) {
    const tensor = source.get(name);
    if (!tensor && needed) return `${name} is missing`;
    if (tensor && tensor.shape.join() !== shape.join()) {
      return `${name} is [${tensor.shape.join()}] instead of [${shape.join()}]`;
    }
  }
  return null;
}
