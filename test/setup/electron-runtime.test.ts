import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { download, isWhole } from '../../src/setup/electron-runtime.ts';
import { root } from '../../src/setup/project.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'akin-runtime-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

it('takes no half unpacked Electron for a whole one', async () => {
  mkdirSync(path.join(folder, 'dist'));
  writeFileSync(path.join(folder, 'dist/version'), '45.4.1');
  writeFileSync(path.join(folder, 'dist/electron'), 'half');
  expect(await isWhole(folder)).toBe(false);
  writeFileSync(path.join(folder, 'path.txt'), 'electron');
  expect(await isWhole(folder)).toBe(true);
});

it('gives up a download that gets nothing any more, and leaves nothing of it', async () => {
  const paths: string[] = [];
  let connection: Promise<unknown> | undefined;
  const server = createServer(({ url, socket }, response) => {
    paths.push(url!);
    connection = once(socket as Socket, 'close');
    response.writeHead(200, { 'content-length': 100_000_000 }).write(Buffer.alloc(100_000));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const temporary = path.join(folder, 'temporary');
  mkdirSync(temporary);
  vi.stubEnv('TMPDIR', temporary);
  vi.stubEnv('electron_config_cache', path.join(folder, 'cache'));
  vi.stubEnv('ELECTRON_MIRROR', `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  // One that is surely not installed here.
  vi.stubEnv('ELECTRON_INSTALL_PLATFORM', process.platform === 'darwin' ? 'linux' : 'darwin');
  try {
    expect(await download(path.join(root, 'node_modules/electron'), 1000)).toBe(false);
    expect(paths).toEqual([expect.stringMatching(/\/electron-v[\d.]+-\w+-\w+\.zip$/)]);
    // Its process is gone, and with it the connection.
    await connection;
    expect(readdirSync(temporary)).toEqual([]);
    expect(readdirSync(folder)).toEqual(['temporary']);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
