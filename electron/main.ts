/** The main process: one window, the engine behind it, and nothing that either of them could do itself. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { app, BrowserWindow, session, shell } from 'electron';
import { EngineProcess } from './engine-process.ts';
import type { EngineOptions } from './engine-process.ts';
import { hardenContents, hardenNetwork, hardenSession } from './hardening.ts';
import { setMenu } from './menu.ts';
import { menuMessages } from './messages.ts';
import { registerScheme, serveScheme } from './protocol.ts';
import { answerRequests } from './requests.ts';
import { openWindow } from './window.ts';

// Root cannot have Chromium's sandbox: there, enabling it would only keep every child process from starting.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
registerScheme();
hardenNetwork();
hardenContents();
const library = app.commandLine.getSwitchValue('library') || process.env['AKIN_LIBRARY'];
if (library) {
  // The engine reads it there.
  process.env['AKIN_LIBRARY'] = path.resolve(library);
  // The window's state is of one app: a second one would fight for it, and for the library.
  app.setPath('userData', path.join(path.resolve(library), 'window'));
}
if (app.requestSingleInstanceLock()) void app.whenReady().then(begin);
else app.quit();

function begin(): void {
  const languages = app.getPreferredSystemLanguages();
  const words = menuMessages(languages);
  const engine = new EngineProcess(
    { ...engineOptions(), trash: (file) => shell.trashItem(file) },
    (name, data) => {
      for (const { webContents } of BrowserWindow.getAllWindows()) {
        const tell = () => webContents.send('akin:event', name, data);
        // Nobody hears what happens before the page is there.
        if (webContents.isLoadingMainFrame()) webContents.once('did-finish-load', tell);
        else tell();
      }
    },
  );
  hardenSession(session.defaultSession);
  serveScheme(session.defaultSession, path.resolve(import.meta.dirname, '../renderer'), engine);
  setMenu(words);

  const window = openWindow(languages);
  answerRequests(window, engine, words);
  engine.start();

  app.on('second-instance', () => {
    if (window.isDestroyed()) return;
    if (window.isMinimized()) window.restore();
    window.focus();
  });
  // The window goes first: a page must not ask an engine that stops.
  let stopped = false;
  app.on('window-all-closed', () => {
    void engine.stop().finally(() => {
      stopped = true;
      app.quit();
    });
  });
  app.on('before-quit', (event) => {
    if (stopped) return;
    event.preventDefault();
    for (const open of BrowserWindow.getAllWindows()) open.close();
  });
}

/** The engine runs on plain Node: packaged with the app, or the one that the project runs on. */
function engineOptions(): EngineOptions {
  const { AKIN_NODE: given, NODE_OPTIONS: _options, ...inherited } = process.env;
  // One thread more than processors: one of them always waits for a disk.
  const environment = { ...inherited, UV_THREADPOOL_SIZE: String(availableParallelism() + 1) };
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  if (app.isPackaged) {
    const resources = process.resourcesPath;
    return {
      command: path.join(resources, 'node', file),
      script: path.join(resources, 'engine', 'engine-main.js'),
      environment: { ...environment, AKIN_RESOURCES: resources },
    };
  }
  const script = path.resolve(import.meta.dirname, '../engine/engine-main.js');
  const own = path.resolve(import.meta.dirname, '../../node_modules/.bin/node');
  return { command: given ?? (existsSync(own) ? own : 'node'), script, environment };
}
