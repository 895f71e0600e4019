/** Places: how long 10,000 photos take, how long a search takes meanwhile, and how long the graph takes to be cut. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { openLibrary } from '../../src/library.ts';
import { cutPlaces } from '../../src/search/places.ts';
import type { Match } from '../../src/search/places.ts';
import type { BenchResult } from './bench-result.ts';
import { median, millisecondsOf } from './measure.ts';
import { seededRandom } from './seeded-random.ts';
import { makeTwelveMegapixels } from './twelve-megapixels.ts';

const photos = 64;
const libraryPhotos = 10_000;
const limits = { minutes: 15, cutMilliseconds: 1000 };
const cuts = 5;
/** Milliseconds between two searches: somebody who looks for something. */
const pause = 200;
const searches = 20;
const never = new AbortController().signal;

/** Photos of the folder AKIN_BENCH_PHOTOS instead of the made ones, if it is set. */
export async function placesBench(): Promise<BenchResult> {
  const own = process.env['AKIN_BENCH_PHOTOS'];
  const folder = own ?? path.join(tmpdir(), 'akin-bench-places-photos');
  if (!own) await makeTwelveMegapixels(folder, photos);
  const { each, processor, alone, meanwhile, places } = await build(folder);
  const matches = syntheticMatches();
  const times: number[] = [];
  for (let round = 0; round < cuts; round++) times.push(await millisecondsOf(() => cutPlaces(matches)));
  const minutes = (each * libraryPhotos) / 60_000;
  return {
    name: `places among ${readdirSync(folder).length} photos of 12 megapixels`,
    measured: [
      `${each.toFixed(0)} ms a photo, ${processor.toFixed(0)} ms of processor time, ${places} places`,
      `a search takes ${median(alone).toFixed(1)} ms, and ${median(meanwhile).toFixed(1)} ms meanwhile`,
      `cutting a graph of ${libraryPhotos} photos and ${matches.length} matches: ${median(times).toFixed(0)} ms`,
    ],
    limits: [
      {
        text: `${libraryPhotos} photos in at most ${limits.minutes} minutes: ${minutes.toFixed(1)}`,
        holds: minutes <= limits.minutes,
      },
      {
        text: `cut in less than ${limits.cutMilliseconds} ms: ${Math.min(...times).toFixed(0)}`,
        holds: Math.min(...times) < limits.cutMilliseconds,
      },
    ],
  };
}

/** Milliseconds: of a photo, also of processor time, and of searches before and during the build. */
async function build(
  folder: string,
): Promise<{ each: number; processor: number; alone: number[]; meanwhile: number[]; places: number }> {
  const root = mkdtempSync(path.join(tmpdir(), 'akin-bench-places-'));
  const library = await openLibrary({ folder: root });
  try {
    await library.addFolder(folder);
    await library.index();
    const ids = [...library.timeline().ids];
    const search = async (index: number) => {
      await rest(pause);
      const query = [{ photoId: ids[index % ids.length]! }];
      return millisecondsOf(() => library.search.run({ query, limit: 20 }, never));
    };
    const alone: number[] = [];
    for (let index = 0; index < searches; index++) alone.push(await search(index));
    const meanwhile: number[] = [];
    const begun = performance.now();
    const used = process.cpuUsage();
    library.places.build();
    const finished = library.places.finished();
    const ended = finished.then(() => {
      const { user, system } = process.cpuUsage(used);
      running = false;
      return { milliseconds: performance.now() - begun, processor: (user + system) / 1000 };
    });
    let running = true;
    for (let index = 0; running; index++) meanwhile.push(await search(index));
    const { milliseconds, processor } = await ended;
    return {
      each: milliseconds / ids.length,
      processor: processor / ids.length,
      alone,
      meanwhile,
      places: library.places.list().length,
    };
  } finally {
    await library.close();
    rmSync(root, { recursive: true, force: true });
  }
}

/** Places of 25 photos, each matching a dozen others, and one match in twenty by mistake. */
function syntheticMatches(): Match[] {
  const random = seededRandom(3);
  const matches = new Map<number, Match>();
  for (let photo = 0; photo < libraryPhotos; photo++) {
    const first = photo - (photo % 25);
    for (let match = 0; match < 12; match++) {
      const isMistake = random() < 0.05;
      const other = isMistake ? Math.floor(random() * libraryPhotos) : first + Math.floor(random() * 25);
      const [a, b] = [Math.min(photo, other), Math.max(photo, other)];
      const inliers = 8 + Math.floor(random() * (isMistake ? 6 : 40));
      if (a !== b) matches.set(a * libraryPhotos + b, { a: a + 1, b: b + 1, inliers });
    }
  }
  return [...matches.values()];
}
