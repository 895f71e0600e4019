/** What the user says about one photo: which others show the same thing, and which do not. */
import { SvelteMap } from 'svelte/reactivity';
import { asWireError, bridge } from './bridge.ts';
import { complain } from './library.svelte.ts';

export class PhotoJudgements {
  readonly photoId: number;
  readonly others = new SvelteMap<number, boolean>();
  /** Counts up with each asking: answers to earlier ones are not heard. */
  #asked = 0;
  #saying = 0;

  constructor(photoId: number) {
    this.photoId = photoId;
  }

  /** Hears of judgements that are made elsewhere, too; returns what ends that. */
  listen(): () => void {
    const end = bridge.on('judgements.changed', () => {
      if (this.#saying === 0) void this.#read();
    });
    void this.#read();
    return end;
  }

  /** Null where nothing was said. */
  of(photoId: number): boolean | null {
    return this.others.get(photoId) ?? null;
  }

  /**
   * Says it of all these photos, or takes it back where it is said of all of them already.
   * @returns what is said of them now, null for nothing, and of how many
   */
  async say(photoIds: readonly number[], same: boolean): Promise<{ said: boolean | null; photos: number }> {
    const others = photoIds.filter((photoId) => photoId !== this.photoId);
    const said = others.every((photoId) => this.of(photoId) === same) ? null : same;
    // Shown at once; what the engine did not take is read again below.
    for (const photoId of others) {
      if (said === null) this.others.delete(photoId);
      else this.others.set(photoId, said);
    }
    this.#saying += 1;
    try {
      for (const photoId of others) {
        await bridge.request('judgements.set', { photoIds: [this.photoId, photoId], same: said });
      }
    } catch (thrown) {
      complain(thrown);
    }
    this.#saying -= 1;
    if (this.#saying === 0) await this.#read();
    return { said, photos: others.length };
  }

  async #read(): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    try {
      const read = await bridge.request('judgements.of', { photoId: this.photoId });
      if (asked !== this.#asked || this.#saying > 0) return;
      this.others.clear();
      for (const { photoId, same } of read) this.others.set(photoId, same);
    } catch (thrown) {
      // The engine comes back by itself, and says so; of a photo that is gone, the search tells.
      if (!['engine-gone', 'photo-unknown'].includes(asWireError(thrown).code)) complain(thrown);
    }
  }
}
