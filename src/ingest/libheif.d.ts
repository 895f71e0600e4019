/** What Akin uses of libheif's C interface (1.23, libheif/heif_*.h), as Emscripten exports it: pointers are numbers. */
declare module 'libheif-js/libheif-wasm/libheif-bundle.mjs' {
  export interface LibHeif {
    readonly HEAPU8: Uint8Array;
    readonly HEAP32: Int32Array;
    _malloc(bytes: number): number;
    _heif_context_alloc(): number;
    _heif_context_free(context: number): void;
    /** Both sides of the largest square that may be decoded. */
    _heif_context_set_maximum_image_size_limit(context: number, side: number): void;
    // Functions that give a `heif_error` write it where their first argument points to.
    _heif_context_read_from_memory_without_copy(
      error: number,
      context: number,
      bytes: number,
      length: number,
      options: number,
    ): void;
    _heif_context_get_primary_image_handle(error: number, context: number, handle: number): void;
    _heif_image_handle_has_alpha_channel(handle: number): number;
    _heif_image_handle_release(handle: number): void;
    _heif_decode_image(
      error: number,
      handle: number,
      image: number,
      colourSpace: number,
      chroma: number,
      options: number,
    ): void;
    _heif_image_get_width(image: number, channel: number): number;
    _heif_image_get_height(image: number, channel: number): number;
    /** Writes the bytes from row to row to `stride`. */
    _heif_image_get_plane_readonly(image: number, channel: number, stride: number): number;
    _heif_image_release(image: number): void;
    _free(pointer: number): void;
  }
  function load(): LibHeif;
  export { load as default };
}
