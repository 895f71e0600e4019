/**
 * What an Electron that was rebuilt without its own default app runs for `electron [-r MODULE] [--switch] APP`: it
 * loads the app in the folder APP as Electron would.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from 'electron';

const require = createRequire(import.meta.url);
const words = process.argv.slice(1);
while (words[0]?.startsWith('-')) {
  const word = words.shift();
  if (word === '-r') require(path.resolve(words.shift()));
}
const folder = path.resolve(words[0] ?? '.');
const description = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
app.setAppPath(folder);
app.setVersion(description.version);
app.name = description.productName;
app.setPath('userData', path.join(app.getPath('appData'), app.name));
process.argv.splice(1, Infinity, folder, ...words.slice(1));
try {
  // Awaited: Electron holds back `ready` until then.
  await import(pathToFileURL(path.join(folder, description.main)).href);
} catch (error) {
  console.error(error);
  process.exit(1);
}
