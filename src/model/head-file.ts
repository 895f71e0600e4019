/** A head on disk: `head.safetensors` in the model's folder. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AkinError } from '../errors.ts';
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts';
import type { FloatFormat } from './safetensors.ts';

export const headFile = 'head.safetensors';

/** Centring and projection of region vectors: y = projection (x + shift). */
export interface Head {
  /** [channels], the negative mean of the vectors that the head was learnt from. */
  readonly shift: Float32Array;
  /** [dimensions, channels], row-major. */
  readonly projection: Float32Array;
  readonly dimensions: number;
  readonly channels: number;
}

/**
 * Reads a head from the bytes of its file; `owner` is the path that an error names.
 * @throws AkinError `model-damaged`
 */
export function decodeHead(content: Uint8Array, owner: string): Head {
  const tensors = decodeSafetensors(content, owner);
  const shift = tensors.get('shift');
  const projection = tensors.get('projection');
  const channels = shift?.shape[0];
  const dimensions = projection?.shape[0];
  const fits =
    shift?.shape.length === 1 && projection?.shape.length === 2 && projection.shape[1] === channels;
  if (!shift || !projection || !fits || !channels || !dimensions) {
    throw new AkinError('model-damaged', {
      path: owner,
      reason: `${headFile} holds no shift and projection that fit`,
    });
  }
  if (![shift.data, projection.data].every((data) => data.every(Number.isFinite))) {
    throw new AkinError('model-damaged', {
      path: owner,
      reason: `${headFile} holds a value that is not finite`,
    });
  }
  return { shift: shift.data, projection: projection.data, dimensions, channels };
}

/** The bytes of a head's file. Heads that are still being trained want `F32`, finished ones are as good in `F16`. */
export function encodeHead(head: Head, format: FloatFormat): Uint8Array {
  return encodeSafetensors(
    new Map([
      ['shift', { shape: [head.channels], data: head.shift }],
      ['projection', { shape: [head.dimensions, head.channels], data: head.projection }],
    ]),
    format,
  );
}

/** Writes the head into a model's folder. */
export async function writeHead(folder: string, head: Head, format: FloatFormat): Promise<void> {
  await writeFile(path.join(folder, headFile), encodeHead(head, format));
}
