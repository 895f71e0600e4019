/** A picture that is not in the library, as a query: dropped, pasted or chosen. */
import type { Size } from '../layout/zoom.ts';
import { bridge } from './bridge.ts';
import { library } from './library.svelte.ts';

export class OpenedPicture {
  readonly name: string;
  readonly file: File;
  /** What to show of it, once the engine has read it. */
  thumbnail = $state.raw<Blob | null>(null);
  /** Upright, in pixels; known with the thumbnail. */
  size = $state.raw<Size | null>(null);
  #opening: Promise<number> | null = null;
  #engine = -1;

  constructor(file: File, name: string) {
    this.file = file;
    this.name = name;
  }

  /** Has the engine read the picture, unless it has; returns what the engine calls it. */
  open(): Promise<number> {
    // A new engine numbers its pictures from the start.
    if (this.#engine !== library.engineStarts) this.forgotten();
    this.#engine = library.engineStarts;
    this.#opening ??= this.#read().catch((thrown: unknown) => {
      this.#opening = null;
      throw thrown;
    });
    return this.#opening;
  }

  /** The engine keeps the last few pictures only: the next `open` has this one read again. */
  forgotten(): void {
    this.#opening = null;
  }

  async #read(): Promise<number> {
    const content = new Uint8Array(await this.file.arrayBuffer());
    const { pictureId, thumbnail, width, height } = await bridge.request('pictures.open', {
      name: this.name,
      content,
    });
    this.size = { width, height };
    this.thumbnail = new Blob([new Uint8Array(thumbnail)], { type: 'image/jpeg' });
    return pictureId;
  }
}
