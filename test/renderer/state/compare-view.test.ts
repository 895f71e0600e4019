import { describe, expect, test } from 'vitest';
import { CompareView } from '../../../renderer/state/compare-view.svelte.ts';
import type { DuplicatePhoto } from '../../../src/api-duplicates.ts';

function photo(photoId: number, width: number, height: number, toKeeper: number[] | null): DuplicatePhoto {
  const name = `${photoId}.jpg`;
  return {
    photoId,
    name,
    path: `/photos/${name}`,
    width,
    height,
    bytes: 1000,
    format: 'jpeg',
    takenAt: 0,
    protected: false,
    edits: [],
    overlap: 1,
    certainty: 1,
    residual: 0,
    toKeeper,
    copies: [],
  };
}

const keeper = photo(1, 4000, 2000, null);
/** Twice as wide as the keeper, which is its left half. */
const wider = photo(2, 8000, 2000, [2, 0, 0, 0, 1, 0, 0, 0, 1]);
/** Turned to the right by a quarter. */
const turned = photo(3, 2000, 4000, [0, 1, 0, -1, 0, 1, 0, 0, 1]);
const scene = photo(4, 3000, 2000, null);

function viewOf(other: DuplicatePhoto, mode: CompareView['mode']): CompareView {
  const view = new CompareView(keeper, other, mode);
  view.zoom.width = 1000;
  view.zoom.height = 800;
  return view;
}

describe('comparing two photos', () => {
  test('shows each whole in its own view, and both whole in one, as far as the frame may reach', () => {
    const view = viewOf(wider, 'side-by-side');
    expect(view.zoom.placement).toEqual({ scale: 0.25, x: 0, y: 0 });
    expect(view.otherPlacement).toEqual({ scale: 0.125, x: 0, y: 0 });
    view.change('overlay');
    expect(view.frame).toEqual({ left: 0, top: 0, right: 1.5, bottom: 1 });
    expect(view.zoom.picture).toEqual({ width: 6000, height: 2000 });
    expect(view.zoom.zoomed).toBe(false);
  });

  test('is side by side where the photos were not aligned, whatever is wanted', () => {
    const view = viewOf(scene, 'difference');
    expect(view.mode).toBe('side-by-side');
    view.change('overlay');
    expect(view.mode).toBe('side-by-side');
    expect(view.aligned).toBe(false);
  });

  test('photos that were not aligned zoom to the same fractions', () => {
    const view = viewOf(scene, 'side-by-side');
    view.zoom.zoom(8);
    view.zoom.pan(-300, 100);
    const { placement } = view.zoom;
    const across = placement.x / (keeper.width * placement.scale);
    const shown = view.otherPlacement;
    expect((shown?.x ?? 0) / (scene.width * (shown?.scale ?? 0))).toBeCloseTo(across, 9);
  });

  test('keeps what is in the middle, as large, from one way to another and back', () => {
    const view = viewOf(wider, 'side-by-side');
    view.zoom.zoom(8);
    view.zoom.pan(-700, 250);
    const before = view.zoom.placement;
    const middle = 2000 - before.x / before.scale;
    view.change('slider');
    const { placement, picture } = view.zoom;
    expect(placement.scale).toBeCloseTo(before.scale, 9);
    // The frame begins where the keeper does, on the left.
    expect(picture.width / 2 - placement.x / placement.scale).toBeCloseTo(middle, 6);
    view.change('difference');
    expect(view.zoom.placement).toEqual(placement);
    view.change('side-by-side');
    expect(view.zoom.placement.x).toBeCloseTo(before.x, 6);
    expect(view.zoom.placement.y).toBeCloseTo(before.y, 6);
  });

  test('dragging the other photo moves it by as much, and the keeper the way it is turned', () => {
    const view = viewOf(turned, 'side-by-side');
    view.zoom.zoom(16);
    const { placement } = view.zoom;
    const other = view.otherPlacement;
    view.panOther(30, 0);
    // What lies to the right on the turned photo lies above on the keeper.
    expect(view.zoom.placement.x).toBeCloseTo(placement.x, 9);
    expect(view.zoom.placement.y).toBeCloseTo(placement.y - 30, 9);
    expect((view.otherPlacement?.x ?? 0) - (other?.x ?? 0)).toBeCloseTo(30, 6);
    expect((view.otherPlacement?.y ?? 0) - (other?.y ?? 0)).toBeCloseTo(0, 6);
  });

  test('zooming at a point of the other photo keeps it under the pointer', () => {
    const view = viewOf(turned, 'side-by-side');
    view.zoom.zoom(8);
    const pointer = { x: 120, y: -60 };
    const under = () => {
      const at = view.otherPlacement;
      return at ? [(pointer.x - at.x) / at.scale, (pointer.y - at.y) / at.scale] : [];
    };
    const [x = 0, y = 0] = under();
    view.zoomOther(1.5, pointer);
    expect(under()[0]).toBeCloseTo(x, 6);
    expect(under()[1]).toBeCloseTo(y, 6);
  });

  test('shows every pixel, and all again', () => {
    const view = viewOf(turned, 'overlay');
    view.toggleActualSize();
    expect(view.zoom.placement.scale).toBeCloseTo(1, 9);
    view.toggleActualSize();
    expect(view.zoom.zoomed).toBe(false);
  });

  test('a group that was asked again and came back the same is the same pair', () => {
    const view = viewOf(turned, 'overlay');
    expect(view.isOf({ ...keeper }, { ...turned })).toBe(true);
    expect(view.isOf(keeper, wider)).toBe(false);
    expect(view.isOf(keeper, { ...turned, toKeeper: wider.toKeeper })).toBe(false);
  });
});
