/** `npm start`: opens the app; where there is no display, does the same job on the sample photos in the terminal. */
import path from 'node:path';
import { appSwitches } from './app-switches.ts';
import { hasDisplay, missingPackages, sandboxSwitches } from './display.ts';
import { electronBinary } from './electron-runtime.ts';
import { prepare } from './prepare.ts';
import { reportEnd, root, run, runNode, say } from './project.ts';

/** @param words `--library DIR` for another library than the user's own, and any switch of Electron */
async function start(words: readonly string[]): Promise<number> {
  if (!hasDisplay()) {
    say('There is no display here, so no window: the same job on the sample photos, in the terminal.');
    return (await runNode('src/cli/demo.ts')).code;
  }
  const electron = await prepare();
  const missing = await missingPackages(electron, false);
  if (missing.length > 0) {
    say(`The window needs system packages. On Debian: sudo apt-get install ${missing.join(' ')}`);
    return 1;
  }
  say('Opening Akin.');
  const { code } = await run(path.join(electron, electronBinary), [
    ...sandboxSwitches(),
    root,
    ...appSwitches(words),
  ]);
  if (code !== 0) say(`Akin's window ended with code ${code}.`);
  return code;
}

try {
  process.exitCode = await start(process.argv.slice(2));
} catch (error) {
  reportEnd(error);
}
