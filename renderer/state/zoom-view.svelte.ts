/** A picture in a view: how large it is shown, and which part of it. */
import { clampPlacement, fitScale, zoomAt } from '../layout/zoom.ts';
import type { Placement, Size } from '../layout/zoom.ts';

export class ZoomView {
  /** The view's size, in CSS pixels. */
  width = $state(0);
  height = $state(0);
  picture = $state.raw<Size>({ width: 0, height: 0 });
  /** Null while the whole picture is shown, whatever the view's size. */
  #zoomed = $state.raw<Placement | null>(null);
  readonly view = $derived({ width: this.width, height: this.height });
  readonly fit = $derived(fitScale(this.picture, this.view));
  readonly placement = $derived(
    this.#zoomed ? clampPlacement(this.#zoomed, this.picture, this.view) : { scale: this.fit, x: 0, y: 0 },
  );

  get zoomed(): boolean {
    return this.#zoomed !== null;
  }

  /** Shows another picture, whole. */
  show(picture: Size): void {
    this.picture = picture;
    this.#zoomed = null;
  }

  showWhole(): void {
    this.#zoomed = null;
  }

  /** @param pointer stays where it is; relative to the view's middle, in CSS pixels */
  zoom(factor: number, pointer = { x: 0, y: 0 }): void {
    if (this.picture.width <= 0) return;
    const next = zoomAt(this.placement, factor, pointer, this.picture, this.view);
    this.#zoomed = next.scale <= this.fit * 1.001 ? null : next;
  }

  pan(x: number, y: number): void {
    if (!this.#zoomed) return;
    const { placement } = this;
    const moved = { scale: placement.scale, x: placement.x + x, y: placement.y + y };
    this.#zoomed = clampPlacement(moved, this.picture, this.view);
  }
}
