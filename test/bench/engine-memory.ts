/** The app's engine with 100,000 photos: its memory after everything that makes it load something, and its searches. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { EngineProcess } from '../../electron/engine-process.ts';
import type { Box } from '../../src/api-search.ts';
import { root } from '../../src/setup/project.ts';
import type { BenchResult } from './bench-result.ts';
import { median } from './measure.ts';
import { syntheticPhotos } from './synthetic-library.ts';
import type { SyntheticLibrary } from './synthetic-library.ts';
import { realPhoto } from './twelve-megapixels.ts';

/** MB. */
const limit = 900;
/** Milliseconds, for a tenth of the photos. */
const boxLimit = 400;
const boxRounds = 9;

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
    const boxTimes: number[] = [];
    for (let round = 0; round < boxRounds; round++) {
      // Another picture each time: its feature map is not at hand.
      const opened = await engine.request('pictures.open', {
        name: 'photo.jpg',
        content: withTail(content, round),
      });
      const box: Box = [0.2, 0.2, 0.5, 0.5];
      const query = [{ pictureId: opened.pictureId, box }];
      boxTimes.push((await engine.request('search.run', { query, limit: 200 })).milliseconds);
    }
    const boxTime = median(boxTimes);
    await engine.request('photos.timeline', {});
    const { now, peak } = memoryOf(engine.pid!);
    const { photos } = await engine.request('library.status', {});
    if (photos !== syntheticPhotos) throw new Error(`only ${photos} photos are left after the scan`);
    return {
      name: `the engine with ${syntheticPhotos.toLocaleString('en')} photos`,
      measured: [
        `from its start to the timeline: ${answered.toFixed(0)} ms`,
        `a search by a photo, with the reading of its matches: ${milliseconds.toFixed(0)} ms`,
        `a search by a part of a picture, the trunk included: ${boxTime.toFixed(0)} ms`,
        `memory after scan, timeline, search by photo and by picture: ${now.toFixed(0)} MB, at most ${peak.toFixed(0)} MB`,
      ],
      limits: [
        { text: `at most ${limit} MB at any time: ${peak.toFixed(0)} MB`, holds: peak <= limit },
        {
          text: `a part of a picture searched for in at most ${boxLimit} ms: ${boxTime.toFixed(0)}`,
          holds: boxTime <= boxLimit,
        },
      ],
    };
  } finally {
    await engine.stop();
  }
}

/** The same picture in another file: what follows the end of a JPEG is not looked at. */
function withTail(content: Uint8Array, tail: number): Uint8Array {
  return Uint8Array.from([...content, tail]);
}

/** Resident, in MB: what Linux counts. */
function memoryOf(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (name: string) =>
    (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024) / 1e6;
  return { now: megabytes('VmRSS'), peak: megabytes('VmHWM') };
}
