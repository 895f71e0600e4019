import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from './app.ts';
import { chromiumConnections, makeTracingNode, nodeConnections, SocketWatch } from './connections.ts';
import { photoId, tileOf, tiles, waitForPhotos } from './library-view.ts';
import { openServers } from './unreachable-servers.ts';

test.skip(process.platform !== 'linux', 'reads the sockets of processes from /proc');
test.use({ indexed: false });

test('the app opens no connection, from first start to end', async ({ launch, workplace }) => {
  const netLog = path.join(workplace, 'net-log.json');
  const trace = path.join(workplace, 'trace.json');
  const node = await makeTracingNode(path.join(workplace, 'node'), trace);
  await using servers = await openServers();
  const app = await launch({
    switches: [`--log-net-log=${netLog}`, '--net-log-capture-mode=Everything'],
    environment: { AKIN_NODE: node },
  });
  const { page } = app;
  const sockets = new SocketWatch(app.electron.process().pid!);

  await test.step('the whole job', async () => {
    await page.getByRole('button', { name: 'Try the sample photos' }).click();
    await waitForPhotos(page, 72);
    await tileOf(page, await photoId(page, 'nagasaki-boats.jpg')).click();
    await expect(page.getByRole('grid', { name: 'Matches, best first' })).toBeVisible();
    await tiles(page).first().press('Space');
    await expect(page.getByRole('dialog').getByRole('img', { name: /nagasaki/ })).toBeVisible();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByLabel('Language').selectOption('zh-CN');
    await page.keyboard.press('Escape');
  });
  const before = { seen: sockets.seen, looks: sockets.looks };

  await test.step('what the record of the sockets and of Chromium would have shown', async () => {
    await app.electron.evaluate(({ session }) =>
      session.defaultSession.resolveHost('control.invalid').catch(() => undefined),
    );
    await app.electron.evaluate((_electron, port) => {
      const { connect } = process.getBuiltinModule('node:net');
      Object.assign(globalThis, { control: connect(port, '127.0.0.1') });
    }, servers.tcpPort);
    await expect.poll(() => sockets.seen.map(({ protocol }) => protocol)).toEqual(['tcp']);
  });
  sockets.stop();
  await app.close();

  expect(before.seen).toEqual([]);
  expect(before.looks).toBeGreaterThan(20);
  const [first, ...later] = await chromiumConnections(netLog);
  expect(first, 'the first thing that Chromium did is the control').toMatch(/^HOST_RESOLVER\S+ .*~notfound/i);
  expect(later.filter((event) => /^(URL_REQUEST|HOST_RESOLVER|TCP)/.test(event))).toEqual([]);
  expect(await nodeConnections(trace)).toEqual([]);
});

test('a trace shows what Node does on the network', async ({ workplace }) => {
  const trace = path.join(workplace, 'trace.json');
  const node = await makeTracingNode(path.join(workplace, 'node'), trace);
  const server = await openServers();
  const script = `
    require('node:net').connect(${server.tcpPort}, '127.0.0.1').unref().on('error', () => undefined);
    require('node:dns').lookup('localhost', () => undefined);`;
  await promisify(execFile)(node, ['-e', script]);
  await server[Symbol.asyncDispose]();
  expect((await nodeConnections(trace)).map((event) => event.split(' ')[0]).sort()).toEqual([
    'connect',
    'lookup',
  ]);
});
