/** The photos that the user has selected in one grid. */
import { extendSelected, keepSelected, nothingSelected, toggleSelected } from '../layout/selected-photos.ts';

export class PhotoSelection {
  #selected = $state.raw(nothingSelected);

  get size(): number {
    return this.#selected.ids.size;
  }

  has(photoId: number): boolean {
    return this.#selected.ids.has(photoId);
  }

  /** The photos, in the order in which they were selected. */
  list(): number[] {
    return [...this.#selected.ids];
  }

  toggle(photoId: number): void {
    this.#selected = toggleSelected(this.#selected, photoId);
  }

  extend(order: ArrayLike<number>, photoId: number): void {
    this.#selected = extendSelected(this.#selected, order, photoId);
  }

  keep(order: ArrayLike<number>): void {
    this.#selected = keepSelected(this.#selected, order);
  }

  clear(): void {
    this.#selected = nothingSelected;
  }
}
