/** The memory of the app's engine with 100,000 photos, after everything that makes it load something. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { EngineProcess } from '../../electron/engine-process.ts';
import { root } from '../../src/setup/project.ts';
import type { BenchResult } from './bench-result.ts';
import { syntheticPhotos } from './synthetic-library.ts';
import type { SyntheticLibrary } from './synthetic-library.ts';
import { realPhoto } from './twelve-megapixels.ts';

const limit = 900;

export async function engineMemoryBench({ library }: SyntheticLibrary): Promise<BenchResult> {
  const scanned = Promise.withResolvers<void>();
  let scanning = false;
  const engine = new EngineProcess(
    {
      command: process.execPath,
      script: path.join(root, 'dist/engine/engine-main.js'),
      environment: {
        ...process.env,
        AKIN_LIBRARY: library,
        // As the app starts it.
        UV_THREADPOOL_SIZE: String(availableParallelism() + 1),
      },
    },
    (name, data) => {
      if (name === 'engine.state' && 'error' in data) scanned.reject(new Error(data.error?.message));
      if (name !== 'indexing.progress' || !('phase' in data)) return;
      if (data.phase === 'idle' && scanning) scanned.resolve();
      scanning ||= data.phase === 'scanning';
    },
  );
  engine.start();
  try {
    const begun = performance.now();
    const { ids } = await engine.request('photos.timeline', {});
    const answered = performance.now() - begun;
    if (ids.length !== syntheticPhotos) throw new Error(`the timeline has ${ids.length} photos`);
    await scanned.promise;
    const photoId = ids[0]!;
    await engine.request('photos.thumbnail', { photoId });
    const { milliseconds } = await engine.request('search.run', {
      query: [{ photoId }],
      limit: 200,
    });
    const content = readFileSync(realPhoto());
    const { pictureId } = await engine.request('pictures.open', { name: 'photo.jpg', content });
    await engine.request('search.run', { query: [{ pictureId }], limit: 200 });
    await engine.request('photos.timeline', {});
    const { now, peak } = memoryOf(engine.pid!);
    const { photos } = await engine.request('library.status', {});
    if (photos !== syntheticPhotos) throw new Error(`only ${photos} photos are left after the scan`);
    return {
      name: `the engine with ${syntheticPhotos.toLocaleString('en')} photos`,
      measured: [
        `from its start to the timeline: ${answered.toFixed(0)} ms`,
        `a search by a photo, with the reading of its matches: ${milliseconds.toFixed(0)} ms`,
        `memory after scan, timeline, search by photo and by picture: ${now.toFixed(0)} MB, at most ${peak.toFixed(0)} MB`,
      ],
      limits: [{ text: `at most ${limit} MB at any time: ${peak.toFixed(0)} MB`, holds: peak <= limit }],
    };
  } finally {
    await engine.stop();
  }
}

/** Resident, in MB: what Linux counts. */
function memoryOf(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (name: string) =>
    (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024) / 1e6;
  return { now: megabytes('VmRSS'), peak: megabytes('VmHWM') };
}
