/** Where the user's library lies. */
import path from 'node:path';
import envPaths from 'env-paths';

/** The folder that `AKIN_LIBRARY` names, else the system's usual place for an app's data. */
export function libraryFolder(): string {
  const named = process.env['AKIN_LIBRARY'];
  return named ? path.resolve(named) : envPaths('Akin', { suffix: '' }).data;
}
