/** Where a box of a photo lies on a tile that shows the photo's middle only. */
import type { Box } from '../../src/api-search.ts';

/**
 * @param aspect of the photo, upright width / height; the photo covers the tile, and what sticks out is cut off evenly
 * @param tileAspect width / height of the tile
 * @returns the part of the box that shows, as fractions of the tile; null where none does
 */
export function boxOnTile([x, y, width, height]: Box, aspect: number, tileAspect: number): Box | null {
  if (!(aspect > 0) || !(tileAspect > 0)) return null;
  // The share of the photo that shows, along each side.
  const showsX = Math.min(1, tileAspect / aspect);
  const showsY = Math.min(1, aspect / tileAspect);
  const [left, right] = onSide(x, width, showsX);
  const [top, bottom] = onSide(y, height, showsY);
  return right > left && bottom > top ? [left, top, right - left, bottom - top] : null;
}

function onSide(start: number, length: number, shows: number): [number, number] {
  const hidden = (1 - shows) / 2;
  const clamp = (value: number) => Math.min(1, Math.max(0, (value - hidden) / shows));
  return [clamp(start), clamp(start + length)];
}
