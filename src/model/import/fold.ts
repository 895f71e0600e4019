/** Folds each batch-norm into the convolution before it, and picks the architecture that fits the weights. */
import { architectureNames, architectureOf, convolutionsOf, weightShape } from '../architecture.ts';
import type { ArchitectureName } from '../architecture.ts';
import type { Convolution, Network } from '../layers.ts';
import { localFeatureArchitectureNames, localFeatureArchitectureOf } from '../local-feature-model.ts';
import type { LocalFeatureArchitectureName } from '../local-feature-model.ts';
import type { Tensor } from '../tensor.ts';
import { weightsDamaged } from './weights-damaged.ts';

const affineParts = ['weight', 'bias'] as const;
const statistics = ['running_mean', 'running_var'] as const;

/**
 * The weights of the network alone: for each convolution W' = W s and b' = (b - mean) s + beta, s = gamma /
 * sqrt(variance + epsilon) (Ioffe and Szegedy 2015, Batch Normalization, section 3.1). A convolution without a
 * bias has b = 0, a batch-norm that is not affine gamma = 1 and beta = 0. `file` is the path that an error names.
 * @throws AkinError `model-damaged` when a tensor is missing, has another shape, or folds to a value not finite
 */
export function foldBatchNorms(
  network: Network,
  source: ReadonlyMap<string, Tensor>,
  file: string,
): Map<string, Tensor> {
  const folded = new Map<string, Tensor>();
  for (const layer of convolutionsOf(network)) {
    const problem = misfit(network, layer, source);
    if (problem !== null) throw weightsDamaged(file, problem);
    for (const [name, tensor] of fold(layer, source, network.batchNormEpsilon)) {
      if (!tensor.data.every(Number.isFinite))
        throw weightsDamaged(file, `${name} holds a value that is not finite`);
      folded.set(name, tensor);
    }
  }
  return folded;
}

export type ImportedArchitecture = ArchitectureName | LocalFeatureArchitectureName;

/** The architectures that all these tensors fit. */
export function fittingArchitectures(source: ReadonlyMap<string, Tensor>): ImportedArchitecture[] {
  const fits = (network: Network) =>
    convolutionsOf(network).every((layer) => misfit(network, layer, source) === null);
  return [
    ...architectureNames.filter((name) => fits(architectureOf(name))),
    ...localFeatureArchitectureNames.filter((name) => fits(localFeatureArchitectureOf(name))),
  ];
}

function fold(layer: Convolution, source: ReadonlyMap<string, Tensor>, epsilon: number): [string, Tensor][] {
  const weight = source.get(`${layer.name}.weight`)!;
  const part = (name: string) => source.get(`${layer.batchNorm}.${name}`)?.data;
  const [gamma, beta, mean, variance] = [...affineParts, ...statistics].map(part);
  const ownBias = source.get(`${layer.name}.bias`)?.data;
  const filterSize = weight.data.length / layer.outputChannels;
  const weights = new Float32Array(weight.data.length);
  const biases = new Float32Array(layer.outputChannels);
  for (let channel = 0; channel < layer.outputChannels; channel++) {
    // Without a batch-norm nothing is scaled: not even by 1 / sqrt(1 + epsilon).
    const scale = variance ? (gamma?.[channel] ?? 1) / Math.sqrt(variance[channel]! + epsilon) : 1;
    for (let index = channel * filterSize; index < (channel + 1) * filterSize; index++) {
      weights[index] = weight.data[index]! * scale;
    }
    biases[channel] = ((ownBias?.[channel] ?? 0) - (mean?.[channel] ?? 0)) * scale + (beta?.[channel] ?? 0);
  }
  return [
    [`${layer.name}.weight`, { shape: weightShape(layer), data: weights }],
    [`${layer.name}.bias`, { shape: [layer.outputChannels], data: biases }],
  ];
}

/** Why the tensors do not hold this layer, or null when they do. */
function misfit(network: Network, layer: Convolution, source: ReadonlyMap<string, Tensor>): string | null {
  const vector = [layer.outputChannels];
  const affine = network.batchNormAffine === false ? [] : affineParts;
  const normParts = layer.batchNorm === null ? [] : [...affine, ...statistics];
  const wanted: [string, readonly number[], boolean][] = [
    [`${layer.name}.weight`, weightShape(layer), true],
    // What follows a convolution without a batch-norm was trained with a bias.
    [`${layer.name}.bias`, vector, layer.batchNorm === null],
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
