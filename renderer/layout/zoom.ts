/** The arithmetic of the viewer: a picture of a given size, scaled and moved inside a view. */

export interface Size {
  width: number;
  height: number;
}

/** `scale` is screen pixels for a picture pixel; `x`, `y` move the picture's middle away from the view's middle. */
export interface Placement {
  scale: number;
  x: number;
  y: number;
}

/** A picture pixel is shown at most this large, in CSS pixels. */
export const largestScale = 8;

/** The scale at which the whole picture is seen; a small picture is not enlarged. */
export function fitScale(picture: Size, view: Size): number {
  if (picture.width <= 0 || picture.height <= 0 || view.width <= 0 || view.height <= 0) return 1;
  return Math.min(1, view.width / picture.width, view.height / picture.height);
}

/** Keeps the scale between fitting and `largestScale`, and the picture over the view. */
export function clampPlacement(placement: Placement, picture: Size, view: Size): Placement {
  const fit = fitScale(picture, view);
  const scale = Math.min(Math.max(placement.scale, fit), Math.max(fit, largestScale));
  const roomX = Math.max(0, (picture.width * scale - view.width) / 2);
  const roomY = Math.max(0, (picture.height * scale - view.height) / 2);
  return { scale, x: clamp(placement.x, roomX), y: clamp(placement.y, roomY) };
}

/**
 * Scales by `factor` so that what is under the pointer stays there.
 * @param pointer relative to the view's middle, in CSS pixels
 */
export function zoomAt(
  placement: Placement,
  factor: number,
  pointer: { x: number; y: number },
  picture: Size,
  view: Size,
): Placement {
  const { scale } = clampPlacement({ scale: placement.scale * factor, x: 0, y: 0 }, picture, view);
  const grown = scale / placement.scale;
  return clampPlacement(
    {
      scale,
      x: pointer.x - (pointer.x - placement.x) * grown,
      y: pointer.y - (pointer.y - placement.y) * grown,
    },
    picture,
    view,
  );
}

/** Renderings come in few sizes, so that a resized window finds the last one again. */
const renderingSizes = [512, 1024, 2048, 4096, 8192] as const;

/** The longest side to ask for, so that a picture shown at `scale` has a pixel for each of the screen's. */
export function renderingSize(picture: Size, scale: number, devicePixelRatio: number): number {
  const wanted = Math.max(picture.width, picture.height) * Math.min(1, scale * devicePixelRatio);
  return renderingSizes.find((size) => size >= wanted) ?? 8192;
}

function clamp(value: number, room: number): number {
  return Math.min(room, Math.max(-room, value)) + 0;
}
