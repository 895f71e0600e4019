/**
 * The geometry of a box that the user draws on a photo. Points and boxes are fractions of the upright photo; whatever
 * is asked for, a box stays inside the photo and is at least one of its pixels wide and high.
 */
import type { Box } from '../../src/api-search.ts';
import type { Placement, Size } from './zoom.ts';

export interface Point {
  x: number;
  y: number;
}

/** On screen, in CSS pixels from the view's top left corner. */
export interface Rectangle {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The edges and corners that can be dragged, named like the points of a compass, from the top left one on. */
export const handles = ['nw', 'n', 'ne', 'e', 'se', 's', 'sw', 'w'] as const;
export type Handle = (typeof handles)[number];

/**
 * What lies under the pointer, as fractions of the picture; outside of it below 0 or above 1.
 * @param pointer relative to the view's middle, in CSS pixels
 */
export function pointOnPicture(pointer: Point, placement: Placement, picture: Size): Point {
  return {
    x: (pointer.x - placement.x) / (picture.width * placement.scale) + 0.5,
    y: (pointer.y - placement.y) / (picture.height * placement.scale) + 0.5,
  };
}

/** Where a box lies on screen; parts of it may lie outside the view. */
export function boxInView(box: Box, placement: Placement, picture: Size, view: Size): Rectangle {
  const width = picture.width * placement.scale;
  const height = picture.height * placement.scale;
  return {
    left: view.width / 2 + placement.x + (box[0] - 0.5) * width,
    top: view.height / 2 + placement.y + (box[1] - 0.5) * height,
    width: box[2] * width,
    height: box[3] * height,
  };
}

/** The box between two corners, whichever they are; what lies outside the photo is cut off. */
export function boxBetween(one: Point, other: Point, picture: Size): Box {
  const [x, width] = between(one.x, other.x, pixel(picture.width));
  const [y, height] = between(one.y, other.y, pixel(picture.height));
  return [x, y, width, height];
}

/** Half as wide and as high as what is visible of the photo, in the middle of that. */
export function boxInMiddle(placement: Placement, picture: Size, view: Size): Box {
  const at = (side: -1 | 1) =>
    pointOnPicture({ x: (side * view.width) / 2, y: (side * view.height) / 2 }, placement, picture);
  const [x, width] = middleHalf(at(-1).x, at(1).x);
  const [y, height] = middleHalf(at(-1).y, at(1).y);
  return boxBetween({ x, y }, { x: x + width, y: y + height }, picture);
}

/** Moves a box, and keeps its size. */
export function moveBox([x, y, width, height]: Box, by: Point): Box {
  return [clamp(x + by.x, 0, 1 - width), clamp(y + by.y, 0, 1 - height), width, height];
}

/** Moves the edges that belong to a handle; they stop before the opposite ones. */
export function resizeBox(box: Box, handle: Handle, by: Point, picture: Size): Box {
  const horizontal = handle.includes('w') ? -1 : handle.includes('e') ? 1 : 0;
  const vertical = handle.includes('n') ? -1 : handle.includes('s') ? 1 : 0;
  const [x, width] = resizeSide(box[0], box[2], horizontal, by.x, pixel(picture.width));
  const [y, height] = resizeSide(box[1], box[3], vertical, by.y, pixel(picture.height));
  return [x, y, width, height];
}

/** A step of the keyboard, for each side: a hundredth of the photo, less where that is far on screen. */
export function stepOf(picture: Size, scale: number): Point {
  const step = (side: number) => Math.max(pixel(side), Math.min(0.01, 10 / (side * scale)));
  return { x: step(picture.width), y: step(picture.height) };
}

/** Room between a box and what belongs to it, in CSS pixels. */
const gap = 12;

/** Where the button of a box goes, so that it is all in the view: under the box, else over it, else inside. */
export function placeBeside(box: Rectangle, button: Size, view: Size): { left: number; top: number } {
  const bottom = box.top + box.height;
  const under = bottom + gap;
  const over = box.top - gap - button.height;
  const room = view.height - button.height;
  const inside = Math.min(bottom, view.height) - gap - button.height;
  const top = under <= room ? under : over >= 0 ? over : inside;
  return {
    left: clamp(box.left + (box.width - button.width) / 2, 0, view.width - button.width),
    top: clamp(top, 0, room),
  };
}

/** The least side of a box: one pixel of the photo, as a fraction of that side. */
function pixel(side: number): number {
  return 1 / Math.max(1, side);
}

function between(one: number, other: number, least: number): [number, number] {
  const from = clamp(Math.min(one, other), 0, 1);
  const to = clamp(Math.max(one, other), 0, 1);
  return spanned(from, to, least);
}

/** From one end to the other, widened to the least length away from the photo's edge. */
function spanned(from: number, to: number, least: number): [number, number] {
  const start = Math.min(from, 1 - least);
  return [start, Math.min(Math.max(least, to - start), 1 - start)];
}

function middleHalf(from: number, to: number): [number, number] {
  const start = clamp(from, 0, 1);
  const length = clamp(to, 0, 1) - start;
  return [start + length / 4, length / 2];
}

function resizeSide(
  start: number,
  length: number,
  side: -1 | 0 | 1,
  by: number,
  least: number,
): [number, number] {
  if (side === 0) return [start, length];
  if (side > 0) return [start, clamp(length + by, least, 1 - start)];
  const end = start + length;
  const moved = clamp(start + by, 0, Math.max(0, end - least));
  return [moved, Math.min(Math.max(least, end - moved), 1 - moved)];
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
