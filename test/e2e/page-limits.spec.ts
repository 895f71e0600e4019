import { expect, test } from './app.ts';
import { waitForPhotos } from './library-view.ts';
import { photoCount } from './material.ts';
import { openServers } from './unreachable-servers.ts';

const pageAddress = 'akin://app/index.html';
/** What Chromium writes when it keeps a page from something. */
const refusals =
  /Content Security Policy|ERR_BLOCKED_BY_CSP|trace-warnings|Failed to load resource|Not allowed to (load|navigate)/;

test.beforeEach(({ page }) => waitForPhotos(page, photoCount));

test('the page has the contract and nothing of Node or Electron', async ({ app, page }) => {
  expect(await page.evaluate(() => Object.keys(window.akin).sort())).toEqual([
    'chooseFolder',
    'exportAlbums',
    'exportDuplicates',
    'exportMatches',
    'exportModel',
    'importAlbums',
    'importModel',
    'languages',
    'moveDuplicates',
    'on',
    'request',
    'restoreFolder',
    'revealPhoto',
  ]);
  const foreign = ['require', 'process', 'electron', 'module', 'global', 'Buffer', '__dirname'];
  expect(await page.evaluate((names) => names.filter((name) => name in globalThis), foreign)).toEqual([]);

  const settings = await app.electron.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    // Missing in Electron's types: the settings as they hold, defaults included.
    const contents = window?.webContents as unknown as {
      getLastWebPreferences(): Electron.WebPreferences;
    };
    const {
      sandbox,
      contextIsolation,
      nodeIntegration,
      nodeIntegrationInSubFrames,
      webviewTag,
      webSecurity,
    } = contents.getLastWebPreferences();
    return {
      sandbox,
      contextIsolation,
      nodeIntegration,
      nodeIntegrationInSubFrames,
      webviewTag,
      webSecurity,
    };
  });
  expect(settings).toEqual({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInSubFrames: false,
    webviewTag: false,
    webSecurity: true,
  });
});

test('the page runs no code but its own', async ({ app, page }) => {
  app.expectErrors(refusals);
  const ran = await page.evaluate(async () => {
    const names: string[] = [];
    // The debugger may evaluate strings, and so may what it calls: a timer is out of its reach.
    await new Promise((resolve) => setTimeout(resolve));
    const attempt = (name: string, task: () => unknown) => {
      try {
        task();
        names.push(name);
      } catch {
        return;
      }
    };
    attempt('eval', () => (0, eval)('1'));
    attempt('Function', () => new Function('return 1')());
    const mark = (name: string) => `document.documentElement.dataset['${name}'] = 'ran'`;
    const script = document.createElement('script');
    script.textContent = mark('inline');
    const image = document.createElement('img');
    image.setAttribute('onerror', mark('handler'));
    image.src = 'akin://thumbnail/0';
    const link = document.createElement('a');
    link.href = `javascript:${mark('link')}`;
    const failed = new Promise((resolve) => image.addEventListener('error', resolve));
    document.body.append(script, image, link);
    link.click();
    await failed;
    await new Promise((resolve) => setTimeout(resolve));
    return [...names, ...Object.keys(document.documentElement.dataset)];
  });
  expect(ran).toEqual([]);
});

test('the page reaches no server', async ({ app, page }) => {
  app.expectErrors(refusals);
  await using servers = await openServers();
  const reached = await page.evaluate(async ({ http, udpPort, tcpPort }) => {
    const attempts: Record<string, () => Promise<unknown>> = {
      script: () => import(`${http}/script.js`),
      fetch: () => fetch(`${http}/fetch`, { mode: 'no-cors' }),
      image: () => Object.assign(new Image(), { src: `${http}/image.png` }).decode(),
      socket: () =>
        new Promise((resolve, reject) => {
          const socket = new WebSocket(http.replace('http', 'ws'));
          socket.onopen = resolve;
          socket.onerror = reject;
        }),
      worker: () =>
        new Promise((resolve, reject) => {
          const worker = new Worker(`${http}/worker.js`);
          worker.onmessage = resolve;
          worker.onerror = reject;
        }),
      font: () => new FontFace('Remote', `url(${http}/font.woff2)`).load(),
    };
    const names: string[] = [];
    for (const [name, attempt] of Object.entries(attempts)) {
      await attempt().then(
        () => names.push(name),
        () => undefined,
      );
    }
    navigator.sendBeacon(`${http}/beacon`);
    for (const rel of ['preconnect', 'dns-prefetch', 'prefetch', 'preload', 'modulepreload', 'stylesheet']) {
      const link = Object.assign(document.createElement('link'), { rel });
      if (rel === 'preload') link.as = 'image';
      document.head.append(Object.assign(link, { href: `${http}/${rel}` }));
    }
    document.body.append(Object.assign(document.createElement('iframe'), { src: `${http}/frame` }));
    const form = Object.assign(document.createElement('form'), { action: `${http}/form` });
    document.body.append(form);
    form.submit();

    const connection = new RTCPeerConnection({
      iceServers: [
        { urls: `stun:127.0.0.1:${udpPort}` },
        { urls: `turn:127.0.0.1:${tcpPort}?transport=tcp`, username: 'name', credential: 'word' },
      ],
    });
    connection.createDataChannel('channel');
    const gathered = new Promise<void>((resolve) => {
      connection.onicegatheringstatechange = () => {
        if (connection.iceGatheringState === 'complete') resolve();
      };
    });
    await connection.setLocalDescription();
    await gathered;
    if (connection.localDescription?.sdp.includes('a=candidate')) names.push('peer connection');
    return names;
  }, servers);
  expect(reached).toEqual([]);
  expect(servers.visits).toEqual([]);
});

test('the window stays on its page, and opens no other', async ({ app, page }) => {
  app.expectErrors(refusals);
  const visited = await app.electron.evaluateHandle(({ webContents }) => {
    const addresses: string[] = [];
    for (const contents of webContents.getAllWebContents()) {
      contents.on('did-navigate', (_event, address) => addresses.push(address));
    }
    return addresses;
  });
  const settled = async () => {
    // An answer of main comes after whatever the page asked of it before.
    await page.evaluate(() => window.akin.request('library.status', {}).catch(() => undefined));
    const isLoading = () =>
      app.electron.evaluate(({ webContents }) =>
        webContents.getAllWebContents().some((one) => one.isLoading()),
      );
    await expect.poll(isLoading).toBe(false);
  };
  const elsewhere = [
    'https://example.invalid/',
    'file:///etc/hostname',
    'akin://thumbnail/1',
    'akin://app/elsewhere.html',
    'data:text/html,elsewhere',
  ];
  for (const address of elsewhere) {
    // Not awaited by Playwright: nothing would end the wait for a navigation that is refused.
    await page.evaluate((target) => void setTimeout(() => location.assign(target)), address);
    await settled();
    expect(await page.evaluate((target) => window.open(target) !== null, address), address).toBe(false);
    await page.evaluate((href) => {
      const link = Object.assign(document.createElement('a'), { href, target: '_blank' });
      document.body.append(link);
      link.click();
    }, address);
    await settled();
  }
  expect(await visited.jsonValue()).toEqual([]);
  expect(page.url()).toBe(pageAddress);
  expect(app.electron.windows()).toHaveLength(1);

  // Chromium lets every page go there; main answers it no more.
  await page.evaluate(() => void setTimeout(() => location.assign('about:blank')));
  await expect.poll(() => visited.jsonValue(), 'and what happens is seen').toEqual(['about:blank']);
  await page.waitForURL('about:blank');
  const answer = await page.evaluate(() =>
    'akin' in window
      ? window.akin.request('library.status', {}).then(
          () => 'answered',
          (error: unknown) => (error as { code?: string }).code,
        )
      : 'no bridge',
  );
  expect(['bad-request', 'no bridge']).toContain(answer);
});

test('every permission is denied', async ({ page }) => {
  const states = await page.evaluate(async () => {
    const names = [
      'geolocation',
      'notifications',
      'camera',
      'microphone',
      'clipboard-read',
      'midi',
      'persistent-storage',
      'screen-wake-lock',
      'local-fonts',
      'window-management',
    ];
    const answers = names.map(async (name) => {
      const { state } = await navigator.permissions.query({ name: name as PermissionName });
      return [name, state] as const;
    });
    return (await Promise.all(answers)).filter(([, state]) => state !== 'denied');
  });
  expect(states).toEqual([]);

  const granted = await page.evaluate(async () => {
    const attempts: Record<string, () => Promise<unknown>> = {
      media: () => navigator.mediaDevices.getUserMedia({ audio: true, video: true }),
      screen: () => navigator.mediaDevices.getDisplayMedia(),
      position: () =>
        new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject)),
      notifications: async () => {
        if ((await Notification.requestPermission()) !== 'granted') throw new Error('denied');
      },
      clipboard: () => navigator.clipboard.readText(),
    };
    const names: string[] = [];
    for (const [name, attempt] of Object.entries(attempts)) {
      await attempt().then(
        () => names.push(name),
        () => undefined,
      );
    }
    return names;
  });
  expect(granted).toEqual([]);
});
