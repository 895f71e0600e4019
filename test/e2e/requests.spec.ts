import { expect, test } from './app.ts';
import type { App } from './app.ts';
import { photoId, photosInLibrary, waitForPhotos } from './library-view.ts';
import { photoCount } from './material.ts';

test.beforeEach(({ page }) => waitForPhotos(page, photoCount));

test('the page may ask only what the contract names, in its form', async ({ page, workplace }) => {
  const wrong: [name: unknown, params: unknown][] = [
    ['library.destroy', {}],
    ['toString', {}],
    ['__proto__', {}],
    [null, {}],
    [['library.status'], {}],
    ['folders.add', { path: workplace }],
    ['folders.restore', { folderId: 1 }],
    ['photos.path', { photoId: 1 }],
    ['photos.thumbnail', { photoId: 1 }],
    ['photos.rendering', { photoId: 1, longSide: 512 }],
    ['engine.stop', {}],
    ['albums.export', {}],
    ['albums.import', { content: new Uint8Array(1) }],
    ['models.export', { modelId: 0, path: workplace }],
    ['models.import', { path: workplace }],
    ['models.use', { modelId: -1 }],
    ['training.start', { depth: 'head', steps: 1e9 }],
    ['library.status', undefined],
    ['library.status', { extra: 1 }],
    ['photos.get', {}],
    ['photos.get', { photoId: '1' }],
    ['photos.get', { photoId: -1 }],
    ['photos.get', { photoId: 1.5 }],
    ['photos.get', { photoId: Number.NaN }],
    ['search.run', { query: [{ photoId: 1 }], limit: 1e9 }],
    ['pictures.open', { name: 'x', content: 'not bytes' }],
    ['pictures.open', { name: 'x'.repeat(2000), content: new Uint8Array(1) }],
  ];
  for (const [name, params] of wrong) {
    const code = await page.evaluate(
      async (words) => {
        const request = window.akin.request as (...words: unknown[]) => Promise<unknown>;
        return request(...words).then(
          () => 'answered',
          (error: unknown) => (error as { code?: string }).code,
        );
      },
      [name, params],
    );
    expect(code, JSON.stringify([name, params])).toBe('bad-request');
  }
  // The model that comes with Akin is 0.
  const ids = [-1, 1.5, 'one', null, { folderId: 1 }];
  const wrongIds: [name: string, id: unknown][] = [
    ['restoreFolder', 0],
    ['revealPhoto', 0],
    ...ids.flatMap((id): [string, unknown][] =>
      ['restoreFolder', 'revealPhoto', 'exportModel'].map((name) => [name, id]),
    ),
  ];
  for (const [name, id] of wrongIds) {
    const code = await page.evaluate(
      async ([method, wrongId]) => {
        const bridge = window.akin as unknown as Record<string, (id: unknown) => Promise<unknown>>;
        return bridge[method as string]!(wrongId).then(
          () => 'answered',
          (error: unknown) => (error as { code?: string }).code,
        );
      },
      [name, id],
    );
    expect(code, JSON.stringify([name, id])).toBe('bad-request');
  }
  expect(await photosInLibrary(page)).toBe(photoCount);
});

test('main answers its own page only', async ({ app, page }) => {
  const answers = await app.electron.evaluate(async ({ app: main, BrowserWindow }) => {
    const preload = `${main.getAppPath()}/dist/electron/preload.cjs`;
    const other = new BrowserWindow({
      show: false,
      webPreferences: { preload, sandbox: true, contextIsolation: true },
    });
    await other.loadURL('akin://app/index.html');
    const run = (code: string) => other.webContents.executeJavaScript(code) as Promise<unknown>;
    const asked = [
      "akin.request('library.status', {})",
      'akin.chooseFolder()',
      'akin.restoreFolder(1)',
      'akin.revealPhoto(1)',
      'akin.exportModel(0)',
      'akin.importModel()',
    ].map((call) => run(`${call}.then(() => 'answered', (error) => error.code)`));
    const codes = await Promise.all(asked);
    other.destroy();
    return codes;
  });
  expect(answers).toHaveLength(6);
  expect(new Set(answers)).toEqual(new Set(['bad-request']));
  expect(await photosInLibrary(page), 'and goes on answering that one').toBe(photoCount);
});

test('frames in the page get no bridge', async ({ app, page }) => {
  app.expectErrors(/Content Security Policy|ERR_BLOCKED_BY_CSP|trace-warnings/);
  const bridges = await page.evaluate(async () => {
    const frames = ['about:blank', 'akin://app/index.html'].map((src) =>
      Object.assign(document.createElement('iframe'), { src }),
    );
    const loaded = frames.map((frame) => new Promise((resolve) => (frame.onload = resolve)));
    document.body.append(...frames);
    await Promise.all(loaded);
    return frames.map((frame) => {
      try {
        return frame.contentWindow && 'akin' in frame.contentWindow;
      } catch {
        // A page that may not be looked into is not the app's.
        return false;
      }
    });
  });
  expect(bridges).toEqual([false, false]);
});

test('akin:// serves photos by id and the page, and nothing else', async ({ app, page }) => {
  const id = await photoId(page, 'black-canyon.jpg');
  expect(await fetchIn(app, `akin://thumbnail/${id}`)).toEqual({ status: 200, type: 'image/jpeg' });
  expect(await fetchIn(app, `akin://photo/${id}?size=512`)).toEqual({ status: 200, type: 'image/jpeg' });
  expect(await fetchIn(app, 'akin://app/index.html')).toEqual({
    status: 200,
    type: 'text/html; charset=utf-8',
  });
  const nothing = [
    'akin://app/',
    'akin://app/missing.js',
    'akin://app/../electron/main.js',
    'akin://app/..%2felectron%2fmain.js',
    'akin://app/%2e%2e/electron/main.js',
    'akin://app/..%5celectron%5cmain.js',
    'akin://app/assets/..%2f..%2felectron%2fmain.js',
    'akin://app/assets/../../electron/main.js',
    'akin://app//etc/passwd',
    'akin://photo/%2fetc%2fpasswd',
    'akin://photo/..%2f..%2f..%2fetc%2fpasswd',
    'akin://photo//etc/passwd',
    'akin://thumbnail/0',
    'akin://thumbnail/-1',
    'akin://thumbnail/1e0',
    'akin://thumbnail/999999999',
    'akin://thumbnail/black-canyon.jpg',
    `akin://photo/${id}?size=1`,
    `akin://photo/${id}?size=1000000`,
    `akin://elsewhere/${id}`,
  ];
  for (const address of nothing) {
    expect((await fetchIn(app, address)).status, address).toBe(404);
  }
  expect((await fetchIn(app, `akin://thumbnail/${id}`, 'POST')).status).toBe(404);
});

/** Fetches with the session's own rights: the page itself may not fetch at all. */
function fetchIn(app: App, address: string, method = 'GET') {
  return app.electron.evaluate(
    async ({ session }, request) => {
      const response = await session.defaultSession.fetch(request.address, { method: request.method });
      return { status: response.status, type: response.headers.get('content-type') };
    },
    { address, method },
  );
}
