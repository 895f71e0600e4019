import type { Page } from '@playwright/test';
import { expect, test } from './app.ts';
import { photoId, tileOf, tiles, waitForPhotos } from './library-view.ts';
import { photoCount } from './material.ts';

test('speaks Chinese when told to, everywhere', async ({ launch }) => {
  const { page, close } = await launch();
  await waitForPhotos(page, photoCount);
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByLabel('Language').selectOption({ label: '简体中文' });
  await expect(page.getByRole('dialog', { name: '设置' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
  await expect(page.getByRole('banner')).toContainText(`${photoCount} 张照片`);
  await expect(page.getByRole('rowheader').first()).toHaveText('2024年5月');
  await expect(tiles(page).first()).toHaveAccessibleName(/^照片，2024年5月22日/);
  await tileOf(page, await photoId(page, 'black-canyon.jpg')).click();
  await expect(page.getByRole('rowheader').first()).toContainText('完全相同');
  await page.getByRole('button', { name: '本次查找如何精查' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: '筛选' }).click();
  await page.getByRole('checkbox', { name: '完全相同' }).check();
  await page.keyboard.press('Escape');
  await tiles(page).first().press('x');
  await tiles(page).first().press('Space');
  const viewer = page.getByRole('dialog', { name: '照片查看器' });
  await viewer.getByRole('button', { name: '详细信息' }).click();
  await expect(viewer.getByRole('complementary')).toContainText('拍摄时间');
  await page.keyboard.press('b');
  await expect(viewer.getByRole('application', { name: '要查找的局部' })).toBeFocused();
  await expectChinese(page);
  await close();

  const next = await launch();
  await expect(next.page.getByRole('button', { name: '设置' })).toBeVisible();
});

test('speaks Chinese about places and albums', async ({ page }) => {
  await waitForPhotos(page, photoCount);
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByLabel('Language').selectOption({ label: '简体中文' });
  await expect(page.getByRole('checkbox', { name: /^以三种尺寸描述照片/ })).toBeVisible();
  await expectChinese(page);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^地点/ }).click();
  await expect(page.getByRole('heading', { name: '还没有地点' })).toBeVisible();
  await expectChinese(page);
  await makeAlbums(page);
  await page.getByRole('button', { name: /^相册/ }).click();
  await page.getByRole('option').first().press('x');
  await expectChinese(page);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: '查找效果' }).click();
  await page.getByText('以表格显示').click();
  await expectChinese(page);
  await page.getByRole('button', { name: /^训练/ }).click();
  await page.getByText('高级设置').click();
  await page.getByText(/^未采用/).click();
  await expect(page.getByRole('radio', { name: /^处理器/ })).toBeVisible();
  await expectChinese(page);
  await page.getByRole('button', { name: '模型' }).click();
  await expect(page.getByRole('button', { name: '导入…' })).toBeVisible();
  await expectChinese(page);
});

/** Two albums of two photos each. */
function makeAlbums(page: Page): Promise<void> {
  return page.evaluate(async () => {
    const { ids } = await window.akin.request('photos.timeline', {});
    for (const at of [0, 2]) {
      await window.akin.request('albums.create', { name: `${at}`, photoIds: [...ids.slice(at, at + 2)] });
    }
  });
}

async function expectChinese(page: Page): Promise<void> {
  // Paths, formats, names of keys and losses, and the name of the app are the same in every language.
  const words = await page.evaluate(() =>
    [...document.querySelectorAll('button, h1, h2, dt, p, option:checked, [aria-label], [title]')].flatMap(
      (element) => [
        element.getAttribute('aria-label') ?? '',
        element.getAttribute('title') ?? '',
        element.children.length === 0 ? element.textContent : '',
      ],
    ),
  );
  const latin = words.filter((text) =>
    /[A-Za-z]{3,}/.test(
      text.replace(/Akin|Shift|Esc|Batch hard|\S*[/\\]\S*|[\w-]+\.(jpg|png|webp)|photos/g, ''),
    ),
  );
  expect(latin).toEqual([]);
}

test('starts in the language of the system', async ({ launch }) => {
  const { page, electron } = await launch({
    environment: { LANGUAGE: 'zh_CN', LC_ALL: 'zh_CN.UTF-8', LANG: 'zh_CN.UTF-8' },
    switches: ['--lang=zh-CN'],
  });
  const languages = await electron.evaluate(({ app }) => app.getPreferredSystemLanguages());
  test.skip(!languages[0]?.startsWith('zh'), 'this system does not take its language from the environment');
  await expect(page.getByRole('button', { name: '设置' })).toBeVisible();
});

function backgroundOf(page: Page): Promise<number> {
  return page.evaluate(() => {
    const [red = 0, green = 0, blue = 0] = (
      getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g) ?? []
    ).map(Number);
    return (red + green + blue) / 3;
  });
}

test('is light or dark as chosen, else as the system is', async ({ page }) => {
  await waitForPhotos(page, photoCount);
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(() => backgroundOf(page)).toBeLessThan(60);
  await page.emulateMedia({ colorScheme: 'light' });
  await expect.poll(() => backgroundOf(page)).toBeGreaterThan(200);
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByLabel('Appearance').selectOption('dark');
  await expect.poll(() => backgroundOf(page)).toBeLessThan(60);
  await page.getByLabel('Appearance').selectOption('light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(() => backgroundOf(page)).toBeGreaterThan(200);
  await page.getByLabel('Appearance').selectOption('system');
  await expect.poll(() => backgroundOf(page)).toBeLessThan(60);
});

/** Controls that are cut off, or that stick out of the window; empty when all is well. */
function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const cut: string[] = [];
    if (document.documentElement.scrollWidth > innerWidth) cut.push('the page is wider than the window');
    const top = document.querySelector('dialog[open]') ?? document.body;
    for (const element of top.querySelectorAll<HTMLElement>('button, select, h1, h2')) {
      const box = element.getBoundingClientRect();
      // Closed side bars, and what only shows under the pointer.
      if (box.width === 0 || getComputedStyle(element).visibility === 'hidden') continue;
      const name = element.getAttribute('aria-label') ?? element.textContent ?? '';
      if (box.right > innerWidth + 1 || box.left < -1) cut.push(`${name} is outside the window`);
      const clips = getComputedStyle(element).overflowX === 'visible';
      if (element.tagName === 'BUTTON' && clips && element.scrollWidth > element.clientWidth + 1)
        cut.push(`${name} is cut off`);
    }
    return cut;
  });
}

for (const { width, height, zoom } of [
  { width: 1280, height: 860, zoom: 2 },
  { width: 480, height: 360, zoom: 1 },
]) {
  test(`fits ${width} x ${height} pixels at ${zoom * 100} %`, async ({ app, page }) => {
    // A page that is zoomed before its window shows may never be ready to show.
    const isShown = () =>
      app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible());
    await expect.poll(isShown).toBe(true);
    await app.electron.evaluate(
      ({ BrowserWindow }, size) => {
        const [window] = BrowserWindow.getAllWindows();
        window!.setContentSize(size.width, size.height);
        window!.webContents.setZoomFactor(size.zoom);
      },
      { width, height, zoom },
    );
    await expect.poll(() => page.evaluate(() => innerWidth)).toBe(width / zoom);
    await waitForPhotos(page, photoCount);
    await expect.poll(() => cutOff(page), 'library').toEqual([]);
    await tileOf(page, await photoId(page, 'black-canyon.jpg')).click();
    await expect(tiles(page).first()).toBeVisible();
    await expect.poll(() => cutOff(page), 'results').toEqual([]);
    await page.keyboard.press('x');
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByRole('checkbox', { name: 'Near-duplicates' }).check();
    await expect.poll(() => cutOff(page), 'filters and selection').toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'How this search is refined' }).click();
    await expect.poll(() => cutOff(page), 'refinement').toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await tiles(page).first().focus();
    await page.keyboard.press('Escape');
    await tiles(page).first().press('Space');
    await page.getByRole('button', { name: 'Details' }).click();
    await expect.poll(() => cutOff(page), 'viewer').toEqual([]);
    await page.keyboard.press('Escape');
    await makeAlbums(page);
    await page.getByRole('button', { name: 'Folders and settings' }).click();
    await page.getByRole('button', { name: /^Places/ }).click();
    await expect.poll(() => cutOff(page), 'places').toEqual([]);
    await page.getByRole('button', { name: 'Folders and settings' }).click();
    await page.getByRole('button', { name: /^Albums/ }).click();
    await page.getByRole('option').first().press('x');
    await expect.poll(() => cutOff(page), 'albums').toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('option').first().press('Enter');
    await expect(tiles(page).first()).toBeVisible();
    await expect.poll(() => cutOff(page), 'album').toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'How well it finds' }).click();
    await expect(page.getByText('As a table')).toBeVisible();
    await expect.poll(() => cutOff(page), 'evaluation').toEqual([]);
    await page.getByRole('button', { name: 'Folders and settings' }).click();
    await page.getByRole('button', { name: /^Training/ }).click();
    await page.getByText('For those who want to know exactly').click();
    await expect(page.getByRole('radio', { name: /^Processor/ })).toBeVisible();
    await expect.poll(() => cutOff(page), 'training').toEqual([]);
    await page.getByRole('button', { name: 'Models' }).click();
    await expect(page.getByRole('list', { name: 'Models, newest first' })).toBeVisible();
    await expect.poll(() => cutOff(page), 'models').toEqual([]);
    await page.getByRole('button', { name: 'Folders and settings' }).click();
    await page.getByRole('button', { name: /^Duplicates/ }).click();
    await page.getByRole('button', { name: 'What is kept' }).click();
    await expect(page.getByRole('switch').first()).toBeVisible();
    await expect.poll(() => cutOff(page), 'what is kept').toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Select by rules' }).click();
    await expect.poll(() => cutOff(page), 'duplicates').toEqual([]);
    await page
      .getByRole('listbox', { name: 'Groups of duplicates' })
      .getByRole('option')
      .first()
      .press('Enter');
    await expect(page.getByRole('region', { name: 'Comparison' })).toBeVisible();
    await page.keyboard.press('2');
    await expect(page.getByRole('button', { name: 'Let the rules choose' })).toBeVisible();
    await expect.poll(() => cutOff(page), 'a group of duplicates').toEqual([]);
    await page.getByRole('button', { name: 'Move to trash' }).click();
    await expect.poll(() => cutOff(page), 'removal').toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Folders and settings' }).click();
    await page.getByRole('button', { name: 'Settings', exact: true }).click();
    await expect.poll(() => cutOff(page), 'settings').toEqual([]);
  });
}
