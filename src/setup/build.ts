/** `npm run build`: bundles the processes into dist/, builds the renderer and draws the icon. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { build as bundle } from 'rolldown';
import { build as buildPage } from 'vite';
import { drawIcons } from './icon.ts';
import { root, say } from './project.ts';

interface Entry {
  source: string;
  folder: string;
  format: 'es' | 'cjs';
}

const entries: readonly Entry[] = [
  { source: 'src/engine-main.ts', folder: 'engine', format: 'es' },
  { source: 'src/ingest/crawl-worker.ts', folder: 'engine', format: 'es' },
  { source: 'src/ingest/heif-worker.ts', folder: 'engine', format: 'es' },
  { source: 'src/search/scan-worker.ts', folder: 'engine', format: 'es' },
  { source: 'src/training/training-main.ts', folder: 'engine', format: 'es' },
  { source: 'src/cli/akin.ts', folder: 'cli', format: 'es' },
  { source: 'electron/main.ts', folder: 'electron', format: 'es' },
  // A sandboxed preload script cannot be a module.
  { source: 'electron/preload.ts', folder: 'electron', format: 'cjs' },
];

export async function build(): Promise<void> {
  say('Building.');
  await rm(path.join(root, 'dist'), { recursive: true, force: true });
  for (const { source, folder, format } of entries) {
    const name = path.basename(source, '.ts') + (format === 'cjs' ? '.cjs' : '.js');
    await bundle({
      input: path.join(root, source),
      platform: 'node',
      // The engine's packages stay outside: some are native. Main's archive has none beside it.
      external: folder === 'electron' ? ['electron'] : (id) => !/^[./]/.test(id) && !path.isAbsolute(id),
      logLevel: 'warn',
      output: {
        dir: path.join(root, 'dist', folder),
        entryFileNames: name,
        format,
        codeSplitting: false,
      },
    });
  }
  await buildPage({ configFile: path.join(root, '.config/vite.config.ts'), logLevel: 'warn' });
  await drawIcons();
}

if (import.meta.main) await build();
