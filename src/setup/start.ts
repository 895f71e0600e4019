/** `npm start`: opens the app; where there is no display, does the same job on the sample photos in the terminal. */
import path from 'node:path';
import { build } from './build.ts';
import { hasDisplay, missingPackages, sandboxSwitches } from './display.ts';
import { electronBinary, findElectron } from './electron-runtime.ts';
import { root, run, runNode, say } from './project.ts';

async function start(): Promise<number> {
  if (!hasDisplay()) {
    say('There is no display here, so no window: the same job on the sample photos, in the terminal.');
    return (await runNode('src/cli/demo.ts')).code;
  }
  const electron = await findElectron();
  const missing = await missingPackages(electron, false);
  if (missing.length > 0) {
    say(`The window needs system packages. On Debian: sudo apt-get install ${missing.join(' ')}`);
    return 1;
  }
  await build();
  say('Opening Akin.');
  return (await run(path.join(electron, electronBinary), [...sandboxSwitches(), root])).code;
}

try {
  process.exitCode = await start();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
