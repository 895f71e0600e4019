/** The real app in its window, for benchmarks: started on a library, and scrolled frame by frame. */
import path from 'node:path';
import { _electron } from 'playwright';
import type { ElectronApplication, Page } from 'playwright';
import { hasDisplay, sandboxSwitches, startDisplay } from '../../src/setup/display.ts';
import { electronBinary, findElectron } from '../../src/setup/electron-runtime.ts';
import { root } from '../../src/setup/project.ts';

/** @param work gets what starts the app; whatever it starts, it closes */
export async function withDisplay<Result>(
  library: string,
  work: (launch: () => Promise<ElectronApplication>) => Promise<Result>,
): Promise<Result> {
  const executablePath = path.join(await findElectron(), electronBinary);
  const display = hasDisplay() ? null : await startDisplay();
  const environment = {
    ...(process.env as Record<string, string>),
    AKIN_LIBRARY: library,
    AKIN_NODE: process.execPath,
    ...(display && { DISPLAY: display.name }),
  };
  try {
    return await work(() =>
      _electron.launch({ executablePath, args: [...sandboxSwitches(), root], env: environment }),
    );
  } finally {
    display?.stop();
  }
}

interface Scrolling {
  /** What is scrolled is the parent of the first element that this finds. */
  selector: string;
  /** CSS pixels a frame. */
  step: number;
  /** How many frames at most; fewer where the end comes first. */
  frames: number;
}

/** Milliseconds between frames while the page scrolls on from where it is. */
export async function scroll(page: Page, scrolling: Scrolling): Promise<number[]> {
  return [...(await page.evaluate(scrollParent, scrolling))];
}

// What follows runs in the page; of its document, these parts are used.
declare const document: {
  querySelector(selector: string): {
    parentElement: { scrollTop: number; scrollHeight: number; clientHeight: number };
  } | null;
};
declare function requestAnimationFrame(callback: (time: number) => void): void;

function scrollParent({ selector, step, frames }: Scrolling): Promise<number[]> {
  const view = document.querySelector(selector)!.parentElement;
  const times: number[] = [];
  return new Promise((resolve) => {
    let before = Number.NaN;
    const move = (time: number) => {
      if (!Number.isNaN(before)) times.push(time - before);
      before = time;
      const atEnd = view.scrollTop + view.clientHeight >= view.scrollHeight - 1;
      if (times.length === frames || atEnd) return resolve(times);
      view.scrollTop += step;
      requestAnimationFrame(move);
    };
    requestAnimationFrame(move);
  });
}
