/** The worker thread behind `heif.ts`: decodes one picture after the other. */
import { parentPort } from 'node:worker_threads';
import loadLibHeif from 'libheif-js/libheif-wasm/libheif-bundle.mjs';
import type { FromHeifWorker, ToHeifWorker } from './heif.ts';
import { plainTiff } from './plain-tiff.ts';

const library = loadLibHeif();

// Of libheif/heif_image.h.
const colourSpaceRgb = 1;
const interleavedRgb = 10;
const interleavedRgba = 11;
const interleavedChannel = 10;

const errorBytes = 12;
const pointerBytes = 4;
/** A picture a little larger than its header says is still decoded, for the sake of blocks and borders. */
const spareSide = 128;

/** Of `heif_error_code`: a file type or a feature that this libheif does not know. */
const unsupported = [3, 4];

class LibHeifError extends Error {
  readonly code: number;

  constructor(code: number, detail: number) {
    super(`libheif: ${code}, ${detail}`);
    this.code = code;
  }
}

/** @throws LibHeifError, Error; what is held by then goes with the thread */
function decode({ content, profile, width, height }: ToHeifWorker): Uint8Array<ArrayBuffer> {
  const error = library._malloc(errorBytes);
  const result = library._malloc(pointerBytes);
  const check = () => {
    const [code = 0, detail = 0] = library.HEAP32.subarray(error >> 2, (error >> 2) + 2);
    if (code !== 0) throw new LibHeifError(code, detail);
  };
  const pointer = () => library.HEAP32[result >> 2] ?? 0;

  const bytes = library._malloc(content.length);
  if (bytes === 0) throw new Error('no memory');
  library.HEAPU8.set(content, bytes);
  const context = library._heif_context_alloc();
  // The header's size was judged before; what is inside must not be another.
  library._heif_context_set_maximum_image_size_limit(
    context,
    Math.ceil(Math.sqrt((width + spareSide) * (height + spareSide))),
  );
  library._heif_context_read_from_memory_without_copy(error, context, bytes, content.length, 0);
  check();
  library._heif_context_get_primary_image_handle(error, context, result);
  check();
  const handle = pointer();
  const channels = library._heif_image_handle_has_alpha_channel(handle) ? 4 : 3;
  const chroma = channels === 4 ? interleavedRgba : interleavedRgb;
  library._heif_decode_image(error, handle, result, colourSpaceRgb, chroma, 0);
  check();
  const image = pointer();
  const size = {
    width: library._heif_image_get_width(image, interleavedChannel),
    height: library._heif_image_get_height(image, interleavedChannel),
    channels,
  } as const;
  const plane = library._heif_image_get_plane_readonly(image, interleavedChannel, result);
  const stride = pointer();
  if (plane === 0 || !(size.width > 0 && size.height > 0)) throw new Error('no pixels');
  const { file, pixelsAt } = plainTiff(size, profile);
  const rowBytes = size.width * channels;
  for (let row = 0; row < size.height; row++) {
    const start = plane + row * stride;
    file.set(library.HEAPU8.subarray(start, start + rowBytes), pixelsAt + row * rowBytes);
  }
  library._heif_image_release(image);
  library._heif_image_handle_release(handle);
  library._heif_context_free(context);
  for (const held of [bytes, result, error]) library._free(held);
  return file;
}

parentPort?.on('message', (request: ToHeifWorker) => {
  const post = (answer: FromHeifWorker, transfer: ArrayBuffer[] = []) =>
    parentPort?.postMessage(answer, transfer);
  try {
    const file = decode(request);
    post({ kind: 'decoded', file, heldBytes: library.HEAPU8.length }, [file.buffer]);
  } catch (error) {
    const isUnsupported = error instanceof LibHeifError && unsupported.includes(error.code);
    post({ kind: 'failed', reason: String(error), isUnsupported });
  }
});
