import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { app, BrowserWindow, nativeTheme, screen } from 'electron';
import type { Rectangle } from 'electron';
import { z } from 'zod';
import { pageAddress } from './akin-url.ts';

const placeSchema = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().min(480),
  height: z.int().min(360),
  maximised: z.boolean(),
});
type Place = Omit<z.infer<typeof placeSchema>, 'x' | 'y'> & Partial<Rectangle>;

const usualPlace: Place = { width: 1280, height: 860, maximised: false };
const background = { light: '#fbfbfa', dark: '#161615' };

/** Opens the one window, where it was when it was last closed. @param languages for the page, most wanted first */
export function openWindow(languages: readonly string[]): BrowserWindow {
  const place = readPlace();
  const { maximised, ...bounds } = place;
  const window = new BrowserWindow({
    ...bounds,
    minWidth: 480,
    minHeight: 360,
    show: false,
    title: 'Akin',
    icon: path.resolve(import.meta.dirname, '../icons/256x256.png'),
    // Before the first frame, so that a dark window does not flash white.
    backgroundColor: nativeTheme.shouldUseDarkColors ? background.dark : background.light,
    autoHideMenuBar: true,
    webPreferences: {
      preload: path.join(import.meta.dirname, 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      additionalArguments: [`--akin-languages=${languages.join(',')}`],
    },
  });
  if (maximised) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', () => {
    writePlace({ ...window.getNormalBounds(), maximised: window.isMaximized() });
  });
  void window.loadURL(pageAddress);
  return window;
}

function placeFile(): string {
  return path.join(app.getPath('userData'), 'window.json');
}

function readPlace(): Place {
  try {
    const place = placeSchema.parse(JSON.parse(readFileSync(placeFile(), 'utf8')));
    return isOnScreen(place) ? place : usualPlace;
  } catch {
    return usualPlace;
  }
}

/** A place that is not remembered is no loss. */
function writePlace(place: Place): void {
  try {
    writeFileSync(placeFile(), JSON.stringify(place));
  } catch {
    return;
  }
}

/** The screen that it was on may be gone. */
function isOnScreen({ x = 0, y = 0, width, height }: Place): boolean {
  const overlaps = ({ workArea }: { workArea: Rectangle }) =>
    x < workArea.x + workArea.width &&
    x + width > workArea.x &&
    y < workArea.y + workArea.height &&
    y + height > workArea.y;
  return screen.getAllDisplays().some(overlaps);
}
