import path from 'node:path';
import { AkinError } from '../errors.ts';
import { listFolder } from './dataset-folder.ts';
import type { DatasetFolder } from './dataset-folder.ts';
import { readCopydays } from './protocols/copydays.ts';
import { readFolders } from './protocols/folders.ts';
import { readHolidays } from './protocols/holidays.ts';
import { readOxfordParis } from './protocols/oxford-paris.ts';
import { readRevisited } from './protocols/revisited.ts';
import { readTruth } from './protocols/truth.ts';
import { readUkbench } from './protocols/ukbench.ts';
import type { Questions } from './query.ts';

export interface Dataset extends Questions {
  readonly protocol: Protocol;
}

/** Each reads a folder, or says by null that it is none of its kind. The first that takes a folder reads it. */
const readers = {
  oxford: readTruth,
  revisited: readRevisited,
  'oxford-paris': readOxfordParis,
  ukbench: readUkbench,
  copydays: readCopydays,
  holidays: readHolidays,
  folders: readFolders,
} as const satisfies Record<string, (folder: DatasetFolder) => Promise<Questions | null>>;

export type Protocol = keyof typeof readers;
export const protocols = Object.keys(readers) as Protocol[];

/**
 * Reads a data set. Which protocol it follows is told by what is in the folder:
 * - `oxford`: `truth.json` beside `photos/`. Every good photo is a query, itself never a result.
 * - `revisited`: `gnd_NAME.pkl` or `gnd_NAME.json`, photos anywhere below.
 * - `oxford-paris`: `NAME_query.txt`, `_good.txt`, `_ok.txt`, `_junk.txt`, photos anywhere below.
 * - `ukbench`, `copydays`, `holidays`: by the names of their photos.
 * - `folders`: a folder for each thing. Every photo of one with two or more is a query.
 *
 * @param wanted the only protocol that will do
 * @throws AkinError `dataset-unknown` when the folder is no data set, `dataset-damaged` when its ground truth is wrong
 *   or names photos that are not there
 */
export async function readDataset(folder: string, wanted?: Protocol): Promise<Dataset> {
  const unknown = (cause?: unknown) => new AkinError('dataset-unknown', { path: folder }, { cause });
  const listed = await listFolder(path.resolve(folder)).catch((error: unknown) => {
    throw unknown(error);
  });
  for (const protocol of wanted ? [wanted] : protocols) {
    const found = await readers[protocol](listed);
    if (found !== null && found.queries.length > 0) return { protocol, ...found };
  }
  throw unknown();
}
