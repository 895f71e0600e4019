/** Puts `window.akin` there: requests, events and the few things that need the system. Nothing else gets through. */
import { contextBridge, ipcRenderer } from 'electron';
import type { AkinBridge, EventData, EventName } from '../src/api.ts';
import type { Answer, Channel } from './channels.ts';

const languagesSwitch = '--akin-languages=';

async function ask(channel: Channel, ...words: unknown[]): Promise<never> {
  const answer = (await ipcRenderer.invoke(channel, ...words)) as Answer;
  // An Error would lose its code on the way through the bridge; a plain object keeps it.
  if ('error' in answer) throw answer.error;
  return answer.result as never;
}

/** Of any event; each is heard through one listener of Electron's, which warns of more than ten. */
const listeners = new Map<EventName, Set<(data: never) => void>>();

ipcRenderer.on('akin:event', (_event, name: EventName, data: unknown) => {
  for (const listener of [...(listeners.get(name) ?? [])]) listener(data as never);
});

const bridge: AkinBridge = {
  request: (name, params) => ask('akin:request', name, params),
  on<Name extends EventName>(name: Name, listener: (data: EventData<Name>) => void) {
    const others = listeners.get(name) ?? new Set();
    listeners.set(name, others.add(listener));
    return () => others.delete(listener);
  },
  chooseFolder: () => ask('akin:choose-folder'),
  restoreFolder: (folderId) => ask('akin:restore-folder', folderId),
  exportMatches: (params, format) => ask('akin:export-matches', params, format),
  exportDuplicates: (scope, format) => ask('akin:export-duplicates', scope, format),
  moveDuplicates: (params) => ask('akin:move-duplicates', params),
  exportAlbums: () => ask('akin:export-albums'),
  importAlbums: () => ask('akin:import-albums'),
  exportModel: (modelId) => ask('akin:export-model', modelId),
  importModel: () => ask('akin:import-model'),
  revealPhoto: (photoId) => ask('akin:reveal-photo', photoId),
  languages: (process.argv.find((word) => word.startsWith(languagesSwitch)) ?? languagesSwitch)
    .slice(languagesSwitch.length)
    .split(','),
};

contextBridge.exposeInMainWorld('akin', bridge);
