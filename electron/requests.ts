/** Answers the page: its requests go on to the engine, dialogs and the file manager are main's own. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { dialog, ipcMain, shell } from 'electron';
import type { BrowserWindow, IpcMainInvokeEvent } from 'electron';
import { z } from 'zod';
import { mainRequests, requests } from '../src/api.ts';
import type { Params, RequestName } from '../src/api.ts';
import { removalParamsSchema } from '../src/api-duplicates.ts';
import { AkinError } from '../src/errors.ts';
import { pageAddress } from './akin-url.ts';
import type { Answer, Channel } from './channels.ts';
import type { EngineProcess } from './engine-process.ts';
import type { MenuMessages } from './messages.ts';
import { toWire } from './wire-error.ts';

/** In bytes: the albums of a million photos take less. */
const largestAlbums = 256 * 2 ** 20;
const idSchema = z.int().positive();
const { modelId: modelIdSchema } = mainRequests['models.export'].params.shape;

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
    return engine.request(known, check<Params<typeof known>>(requests[known].params, params));
  });
  handle('akin:choose-folder', async () => {
    const chosen = await chooseFolder(window, { title: words.chooseFolder, button: words.addFolder });
    return chosen === null ? null : engine.request('folders.add', { path: chosen });
  });
  handle('akin:restore-folder', async (folderId) =>
    engine.request('folders.restore', { folderId: checkId(folderId) }),
  );
  handle('akin:export-matches', async (given, format) => {
    const params = check(mainRequests['search.export'].params, { ...Object(given), format });
    return saveAs(window, { title: words.exportMatches, name: words.matches, format: params.format }, () =>
      engine.request('search.export', params),
    );
  });
  handle('akin:export-duplicates', async (given, format) => {
    const params = check(mainRequests['duplicates.export'].params, { ...Object(given), format });
    return saveAs(
      window,
      { title: words.exportDuplicates, name: words.duplicates, format: params.format },
      () => engine.request('duplicates.export', params),
    );
  });
  handle('akin:move-duplicates', async (given) => {
    const params = check(removalParamsSchema, given);
    const folder = await chooseFolder(window, {
      title: words.moveDuplicates,
      button: words.moveHere,
      creates: true,
    });
    return folder === null ? null : engine.request('removal.move', { ...params, folder });
  });
  handle('akin:export-albums', async () =>
    saveAs(window, { title: words.exportAlbums, name: words.albums, format: 'json' }, () =>
      engine.request('albums.export', {}),
    ),
  );
  handle('akin:import-albums', async () => {
    const { filePaths } = await dialog.showOpenDialog(window, {
      title: words.importAlbums,
      buttonLabel: words.importThis,
      filters: [{ name: 'JSON', extensions: ['json'] }],
      properties: ['openFile'],
    });
    const [file] = filePaths;
    return file === undefined ? null : engine.request('albums.import', { content: await readAlbums(file) });
  });
  handle('akin:export-model', async (given) => {
    const modelId = check(modelIdSchema, given);
    const folder = await chooseFolder(window, {
      title: words.exportModel,
      button: words.exportHere,
      creates: true,
    });
    if (folder === null) return null;
    const { path: written } = await engine.request('models.export', { modelId, path: folder });
    return written;
  });
  handle('akin:import-model', async () => {
    const folder = await chooseFolder(window, { title: words.importModel, button: words.importThis });
    return folder === null ? null : engine.request('models.import', { path: folder });
  });
  handle('akin:reveal-photo', async (photoId) => {
    const { path } = await engine.request('photos.path', { photoId: checkId(photoId) });
    shell.showItemInFolder(path);
  });
}

/** Null when dismissed. */
async function chooseFolder(
  window: BrowserWindow,
  { title, button, creates = false }: { title: string; button: string; creates?: boolean },
): Promise<string | null> {
  const { filePaths } = await dialog.showOpenDialog(window, {
    title,
    buttonLabel: button,
    properties: creates ? ['openDirectory', 'createDirectory'] : ['openDirectory'],
  });
  return filePaths[0] ?? null;
}

/** Asks where to, and only then for what is to be saved. Null when dismissed, else the file's name. */
async function saveAs(
  window: BrowserWindow,
  { title, name, format }: { title: string; name: string; format: 'csv' | 'json' },
  read: () => Promise<{ content: Uint8Array }>,
): Promise<string | null> {
  const { filePath } = await dialog.showSaveDialog(window, {
    title,
    defaultPath: `${name}.${format}`,
    filters: [{ name: format.toUpperCase(), extensions: [format] }],
  });
  if (!filePath) return null;
  const { content } = await read();
  await save(filePath, content);
  return path.basename(filePath);
}

async function save(file: string, content: Uint8Array): Promise<void> {
  try {
    await writeFile(file, content);
  } catch (error) {
    throw new AkinError('file-not-written', { path: file }, { cause: error });
  }
}

/** @throws AkinError `albums-damaged` for what cannot be read, or is too large to be albums */
async function readAlbums(file: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(file);
    if (size > largestAlbums) throw new Error(`${size} bytes`);
    return await readFile(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AkinError('albums-damaged', { reason }, { cause: error });
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

function check<Value>(schema: z.ZodType<Value>, given: unknown): Value {
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw new AkinError('bad-request', {}, { cause: parsed.error });
  return parsed.data;
}

function checkId(id: unknown): number {
  return check(idSchema, id);
}
