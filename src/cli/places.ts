import { Command, InvalidArgumentError } from 'commander';
import type { Place, PlacesProgress } from '../api.ts';
import type { Library } from '../library.ts';
import { indexPhotos } from './index-photos.ts';
import { ProgressLine } from './progress-line.ts';
import { printJson, printLine, withLibrary } from './session.ts';
import type { LibraryOptions, Session } from './session.ts';

interface PlacesOptions extends LibraryOptions {
  top?: number;
}

/** `akin places`: what several photos show, found by comparing them. */
export function placesCommand(): Command {
  return new Command('places')
    .description('Find the things and places that several photos show, those with the most photos first.')
    .option('--top <count>', 'how many places to show (default: all)', parseCount)
    .action(async (_options, command: Command) => {
      const options = command.optsWithGlobals<PlacesOptions>();
      await withLibrary(options, (session) => showPlaces(session, options.top));
    });
}

async function showPlaces({ library, signal, json }: Session, top = Infinity): Promise<void> {
  if (library.hasUnscannedFolders()) await indexPhotos(library);
  await comparePhotos(library, signal);
  for (const place of library.places.list().slice(0, top)) {
    if (signal.aborted) return;
    const photos = library.places.photos(place.id).ids.map((id) => library.photo(id).path);
    const { name, from, to, latitude, longitude } = place;
    if (json) {
      const pairs = library.places.pairs(place.id);
      printJson({ photos, pairs, name, cover: photos[0], from, to, latitude, longitude });
      continue;
    }
    printLine(heading(place));
    for (const photo of photos) printLine(`  ${photo}`);
  }
}

/** Compares what is new. What was compared is kept when it is interrupted. */
async function comparePhotos(library: Library, signal: AbortSignal): Promise<void> {
  const line = new ProgressLine('Comparing');
  const show = (progress: PlacesProgress) => line.show(asProgress(progress));
  const cancel = () => library.places.cancel();
  library.on('placesProgress', show);
  signal.addEventListener('abort', cancel);
  try {
    library.places.build();
    if (signal.aborted) cancel();
    // A notice has told why.
    if (await library.places.finished()) process.exitCode = 1;
  } finally {
    line.clear();
    signal.removeEventListener('abort', cancel);
    library.off('placesProgress', show);
  }
}

function asProgress({ phase, ...progress }: PlacesProgress) {
  return { ...progress, phase: phase === 'idle' ? phase : ('indexing' as const), failed: 0 };
}

/** Name, count, dates and position, as far as they are known. */
function heading({ name, photos, from, to, latitude, longitude }: Place): string {
  const dates = [...new Set([dayOf(from), dayOf(to)])].join(' to ');
  const parts = [`${photos} photos`, dates];
  if (name !== null) parts.unshift(name);
  if (latitude !== null && longitude !== null) parts.push(`${latitude.toFixed(5)}, ${longitude.toFixed(5)}`);
  return parts.join(' · ');
}

/** Times are those of the clock on the wall, read as if they were UTC. */
function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function parseCount(value: string): number {
  const count = Number(value);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('It must be 1 or more.');
  return count;
}
