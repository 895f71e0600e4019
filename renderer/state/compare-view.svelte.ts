/** Two photos that are compared: how, in which frame, and how far they are zoomed. */
import type { DuplicatePhoto } from '../../src/api-duplicates.ts';
import {
  changeFrame,
  followKeeper,
  frameSize,
  keeperFrame,
  sameFractions,
  turnToKeeper,
  unionFrame,
} from '../layout/aligned-frames.ts';
import type { Point } from '../layout/box-drawing.ts';
import { fitScale } from '../layout/zoom.ts';
import type { Placement } from '../layout/zoom.ts';
import { ZoomView } from './zoom-view.svelte.ts';

export const compareModes = ['side-by-side', 'overlay', 'slider', 'difference'] as const;
export type CompareMode = (typeof compareModes)[number];

export class CompareView {
  readonly keeper: DuplicatePhoto;
  readonly other: DuplicatePhoto;
  /** How the keeper lies in its view, or, where both lie in one view, how their frame does. */
  readonly zoom = new ZoomView();
  mode = $state<CompareMode>('side-by-side');
  readonly aligned: boolean;
  readonly toKeeper: readonly number[];
  readonly #frameOfBoth;
  readonly frame = $derived.by(() => (this.mode === 'side-by-side' ? keeperFrame : this.#frameOfBoth));
  /** How the other photo lies in its own view; null where it has nothing to show there. */
  readonly otherPlacement = $derived.by((): Placement | null => {
    const whole = { scale: fitScale(this.other, this.zoom.view), x: 0, y: 0 };
    return this.zoom.zoomed
      ? followKeeper(this.zoom.placement, this.keeper, this.other, this.toKeeper)
      : whole;
  });

  /** @param wanted side by side where the photos are not aligned, whatever is wanted */
  constructor(keeper: DuplicatePhoto, other: DuplicatePhoto, wanted: CompareMode) {
    this.keeper = keeper;
    this.other = other;
    this.aligned = other.toKeeper !== null;
    this.toKeeper = other.toKeeper ?? sameFractions;
    this.#frameOfBoth = unionFrame(this.toKeeper);
    this.mode = this.aligned ? wanted : 'side-by-side';
    this.zoom.show(frameSize(this.frame, keeper));
  }

  /** Whether these are the photos that it shows, lying the same way. */
  isOf(keeper: DuplicatePhoto, other: DuplicatePhoto): boolean {
    const same = keeper.photoId === this.keeper.photoId && other.photoId === this.other.photoId;
    return same && String(other.toKeeper) === String(this.other.toKeeper);
  }

  /** Shows the photos in another way; what was in the middle stays there. */
  change(wanted: CompareMode): void {
    const { frame, zoom } = this;
    const before = zoom.zoomed ? zoom.placement : null;
    this.mode = this.aligned ? wanted : 'side-by-side';
    if (frame === this.frame) return;
    zoom.show(frameSize(this.frame, this.keeper));
    if (!before) return;
    const after = changeFrame(before, this.keeper, frame, this.frame);
    zoom.zoom(after.scale / zoom.placement.scale);
    zoom.pan(after.x - zoom.placement.x, after.y - zoom.placement.y);
  }

  /** Zooms at a point of the other photo's view; see `ZoomView.zoom`. */
  zoomOther(factor: number, pointer: Point): void {
    this.zoom.zoom(factor, this.#turned(pointer));
  }

  panOther(x: number, y: number): void {
    const { x: across, y: down } = this.#turned({ x, y });
    this.zoom.pan(across, down);
  }

  /** Whole, or a pixel of the screen for each of the keeper's. */
  toggleActualSize(): void {
    const { zoom } = this;
    if (zoom.zoomed) zoom.showWhole();
    else zoom.zoom(Math.max(2, 1 / zoom.fit));
  }

  #turned(way: Point): Point {
    const at = this.otherPlacement;
    return at ? turnToKeeper(way, at, this.keeper, this.other, this.toKeeper) : way;
  }
}
