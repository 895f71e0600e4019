/** The real app with 5,000 groups of near-duplicates: how soon they are listed, and how smoothly the list scrolls. */
import type { Page } from 'playwright';
import { openCatalog } from '../../src/catalog/catalog.ts';
import type { BenchResult } from './bench-result.ts';
import { median, millisecondsOf, quantile } from './measure.ts';
import { scroll, withDisplay } from './running-app.ts';
import { seededRandom } from './seeded-random.ts';
import type { SyntheticLibrary } from './synthetic-library.ts';

const groups = 5000;
/** Milliseconds a frame. */
const limit = 20;
const list = '[role=listbox]';
const grid = '[role=grid]';
/** CSS pixels a frame: as one reads, and as one looks for something. */
const speeds = { slow: 25, fast: 400 };
const slowFrames = 200;
/** Of the grid; the list is scrolled to its end. */
const fastFrames = 700;

/**
 * Adds to the library what comparing would: photos of which each three are of one shot. The grid of all photos is
 * scrolled as far and as fast, for comparison.
 */
export async function duplicatesAppBench({ library }: SyntheticLibrary): Promise<BenchResult> {
  addVerdicts(library);
  return withDisplay(library, async (launch) => {
    const app = await launch();
    try {
      const page = await app.firstWindow();
      await page.locator('[role=gridcell] img.shown').first().waitFor();
      await page.getByRole('progressbar').waitFor({ state: 'hidden' });
      const slowGrid = await scroll(page, { selector: grid, step: speeds.slow, frames: slowFrames });
      const fastGrid = await scroll(page, { selector: grid, step: speeds.fast, frames: fastFrames });
      const listed = await millisecondsOf(() => openList(page));
      const slow = await scroll(page, { selector: list, step: speeds.slow, frames: slowFrames });
      const fast = await scroll(page, { selector: list, step: speeds.fast, frames: Number.MAX_SAFE_INTEGER });
      return {
        name: `the app with ${groups.toLocaleString('en')} groups of near-duplicates`,
        measured: [
          `listed ${listed.toFixed(0)} ms after they were wanted`,
          `scrolling slowly, ${about(slow)}`,
          `  all photos as slowly, ${about(slowGrid)}`,
          `scrolling fast to the last group, ${about(fast)}`,
          `  all photos as fast, ${about(fastGrid)}`,
          `frames of the list against those of all photos: ${(median(slow) / median(slowGrid)).toFixed(2)} times slowly, ` +
            `${(median(fast) / median(fastGrid)).toFixed(2)} times fast`,
        ],
        limits: [limitOf('slowly', slow), limitOf('fast', fast)],
      };
    } finally {
      await app.close();
    }
  });
}

function limitOf(how: string, frames: readonly number[]): BenchResult['limits'][number] {
  const half = median(frames);
  return {
    text: `half of the frames while scrolling ${how} take at most ${limit} ms: ${half.toFixed(1)}`,
    holds: half <= limit,
  };
}

function about(frames: readonly number[]): string {
  return (
    `${frames.length} frames: median ${median(frames).toFixed(1)} ms, ` +
    `95 % below ${quantile(frames, 0.95).toFixed(0)} ms, longest ${Math.max(...frames).toFixed(0)} ms`
  );
}

/** With the strictness that the app begins with, all of them count. */
function addVerdicts(library: string): void {
  const random = seededRandom(2);
  const { catalog } = openCatalog(library);
  try {
    catalog.write(() => {
      for (let group = 0; group < groups; group++) {
        const [first, second, third] = [3 * group + 1, 3 * group + 2, 3 * group + 3] as const;
        for (const [a, b] of [
          [first, second],
          [first, third],
          [second, third],
        ] as const) {
          catalog.verdicts.put({
            a,
            b,
            kind: 'near-duplicate',
            certainty: 0.9 + 0.1 * random(),
            edits: ['re-saved'],
            homography: null,
            overlapA: 1,
            overlapB: 1,
            residual: 0.01,
            inliers: 40,
          });
        }
      }
    });
  } finally {
    catalog.close();
  }
}

/** Until the first groups show their pictures. */
async function openList(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Duplicates/ }).click();
  await page.getByRole('radio', { name: /^Near-duplicates/ }).check();
  await page.locator(`${list} [role=option][aria-setsize="${groups}"] img.shown`).first().waitFor();
}
