/** Answers the page: its requests go on to the engine, dialogs and the file manager are main's own. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { dialog, ipcMain, shell } from 'electron';
import type { BrowserWindow, IpcMainInvokeEvent } from 'electron';
import { z } from 'zod';
import { mainRequests, requests } from '../src/api.ts';
import type { RequestName } from '../src/api.ts';
import { AkinError } from '../src/errors.ts';
import { pageAddress } from './akin-url.ts';
import type { Answer, Channel } from './channels.ts';
import type { EngineProcess } from './engine-process.ts';
import type { MenuMessages } from './messages.ts';
import { toWire } from './wire-error.ts';

const idSchema = z.int().positive();

export function answerRequests(window: BrowserWindow, engine: EngineProcess, words: MenuMessages): void {
  const handle = (channel: Channel, task: (...words: unknown[]) => Promise<unknown>) => {
    ipcMain.handle(channel, async (event, ...given: unknown[]): Promise<Answer> => {
      try {
        if (!isFromPage(event, window)) throw new AkinError('bad-request');
        return { result: await task(...given) };
      } catch (error) {
        return { error: toWire(error) };
      }
    });
  };

  handle('akin:request', async (name, params) => {
    if (typeof name !== 'string' || !Object.hasOwn(requests, name)) throw new AkinError('bad-request');
    const known = name as RequestName;
    const parsed = requests[known].params.safeParse(params);
    if (!parsed.success) throw new AkinError('bad-request', {}, { cause: parsed.error });
    return engine.request(known, parsed.data);
  });
  handle('akin:choose-folder', async () => {
    const { filePaths } = await dialog.showOpenDialog(window, {
      title: words.chooseFolder,
      buttonLabel: words.addFolder,
      properties: ['openDirectory'],
    });
    const [chosen] = filePaths;
    return chosen === undefined ? null : engine.request('folders.add', { path: chosen });
  });
  handle('akin:restore-folder', async (folderId) =>
    engine.request('folders.restore', { folderId: checkId(folderId) }),
  );
  handle('akin:export-matches', async (given, format) => {
    const parsed = mainRequests['search.export'].params.safeParse({ ...Object(given), format });
    if (!parsed.success) throw new AkinError('bad-request', {}, { cause: parsed.error });
    const { filePath } = await dialog.showSaveDialog(window, {
      title: words.exportMatches,
      defaultPath: `${words.matches}.${parsed.data.format}`,
      filters: [{ name: parsed.data.format.toUpperCase(), extensions: [parsed.data.format] }],
    });
    if (!filePath) return null;
    const { content } = await engine.request('search.export', parsed.data);
    await save(filePath, content);
    return path.basename(filePath);
  });
  handle('akin:reveal-photo', async (photoId) => {
    const { path } = await engine.request('photos.path', { photoId: checkId(photoId) });
    shell.showItemInFolder(path);
  });
}

async function save(file: string, content: Uint8Array): Promise<void> {
  try {
    await writeFile(file, content);
  } catch (error) {
    throw new AkinError('file-not-written', { path: file }, { cause: error });
  }
}

/** Only the window's own page, not a frame in it, and not another page that got there somehow. */
function isFromPage({ senderFrame, sender }: IpcMainInvokeEvent, window: BrowserWindow): boolean {
  return (
    sender === window.webContents &&
    senderFrame === window.webContents.mainFrame &&
    senderFrame.url === pageAddress
  );
}

function checkId(id: unknown): number {
  const parsed = idSchema.safeParse(id);
  if (!parsed.success) throw new AkinError('bad-request');
  return parsed.data;
}
