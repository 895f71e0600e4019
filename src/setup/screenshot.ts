/** `npm run screenshot`: the picture in the README, taken of the real app on the sample photos. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { _electron } from 'playwright';
import sharp from 'sharp';
import { hasDisplay, sandboxSwitches, startDisplay } from './display.ts';
import { electronBinary } from './electron-runtime.ts';
import { prepare } from './prepare.ts';
import { root, say } from './project.ts';

const picture = path.join(root, 'resources/readme/screenshot.jpg');
const allSamples = '72 photos';
/** Of the photos on screen, newest first: one with copies in several tiers. */
const shown = 3;

async function screenshot(): Promise<void> {
  const executablePath = path.join(await prepare(), electronBinary);
  const display = hasDisplay() ? null : await startDisplay();
  const library = await mkdtemp(path.join(tmpdir(), 'akin-screenshot-'));
  const app = await _electron.launch({
    executablePath,
    args: [...sandboxSwitches(), '--lang=en', root],
    env: { ...process.env, AKIN_LIBRARY: library, ...(display && { DISPLAY: display.name }) },
  });
  try {
    const page = await app.firstWindow();
    await page.getByRole('button', { name: 'Try the sample photos' }).click();
    await page.getByRole('progressbar').waitFor();
    await page.getByRole('progressbar').waitFor({ state: 'hidden' });
    await page.getByRole('banner').getByText(allSamples).waitFor();
    await page.getByRole('gridcell').nth(shown).click();
    await page.getByRole('rowheader', { name: 'Near-duplicates' }).waitFor();
    await page
      .getByRole('status')
      .filter({ hasText: /\d+ verified/ })
      .waitFor();
    await page.mouse.move(0, 0);
    await page.locator('img.shown').nth(shown).waitFor();
    const png = await page.screenshot({ animations: 'disabled' });
    await mkdir(path.dirname(picture), { recursive: true });
    await sharp(png).jpeg({ quality: 88, chromaSubsampling: '4:4:4' }).toFile(picture);
    say(`Written: ${path.relative(root, picture)}`);
  } finally {
    await app.close();
    display?.stop();
    await rm(library, { recursive: true, force: true });
  }
}

await screenshot();
