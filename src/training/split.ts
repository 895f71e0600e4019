/**
 * Which photos a run learns from, and which it is measured with. There are four parts:
 *
 * - *held-out albums*, of which training sees no photo: does it help with things that nobody showed it?
 * - *held-out photos* of the other albums: does it find new photos of things that it knows?
 * - *validation photos* of those albums, a small part that training does not see either. They decide when to stop and
 *   how much of the change to keep, so that what is reported decided nothing;
 * - *training photos*, all the rest.
 *
 * Photos of one shot (copies, and copies of those) never lie in two parts. Who is held out follows from the seed and
 * from each album's and photo's own id: other albums, or another order of them, change little. So a run that goes on
 * from the model of an earlier one holds out what that one held out, and is not measured on what it has learnt.
 */
import { Components } from './components.ts';

export interface AlbumPhotos {
  readonly id: number;
  readonly photos: readonly number[];
}

export interface SplitWishes {
  /** Any numbers that name photos and albums for good; those of the library, not places in a list. */
  readonly albums: readonly AlbumPhotos[];
  /** Photos outside the albums. */
  readonly others: readonly number[];
  /** Pairs of one shot. */
  readonly copies: readonly (readonly [number, number])[];
  /** Share of the albums, and of the photos of the others, 0 to 1. */
  readonly heldOut: number;
  readonly seed: number;
}

/** The photos of each list rise. */
export interface PhotoSplit {
  readonly trainingAlbums: readonly {
    readonly id: number;
    /** At least two different ones. */
    readonly training: readonly number[];
    readonly validation: readonly number[];
    readonly heldOut: readonly number[];
  }[];
  /** Each with at least two different photos. */
  readonly heldOutAlbums: readonly AlbumPhotos[];
  /** Photos outside the albums, no copies of theirs: some take part in training, the others only measure. */
  readonly others: { readonly training: readonly number[]; readonly measured: readonly number[] };
  /** Photos of albums that another album has a copy of, and those of albums without two different photos. */
  readonly leftOut: readonly number[];
}

/** Albums that are left to learn from: fewer cannot be told from each other by anything but chance. */
const leastTrainingAlbums = 3;
/** With fewer, the figure would be that of one thing. */
const leastHeldOutAlbums = 2;
/** An album keeps so many photos for training where it has more than these. */
const wantedTrainingPhotos = 4;
const leastTrainingPhotos = 2;
/** Of the photos of trained albums that are held out. */
const validationShare = 0.25;

/** The same for the same photos, whatever order they come in. */
export function splitPhotos({ albums, others, copies, heldOut, seed }: SplitWishes): PhotoSplit {
  const shotOf = shots(copies);
  const { usable, leftOut } = usableAlbums(albums, shotOf);
  const rank = (purpose: Purpose, id: number) => mixedBits(seed, purpose, id);
  const order = inOrder(usable, ({ id }) => rank('album', id));
  const held = heldOutCount(usable.length, heldOut);
  const trained = order
    .slice(held)
    .map((album) => ({ album, parts: splitAlbum(album, heldOut, (shot) => rank('photo', shot)) }));
  const validation = validationShots(trained.flatMap(({ parts }) => parts.heldOut).map((shot) => shot.id));

  return {
    trainingAlbums: byId(trained.map(({ album, parts }) => ({ id: album.id, ...named(parts) }))),
    heldOutAlbums: byId(order.slice(0, held).map(({ id, shots }) => ({ id, photos: photosOf(shots) }))),
    others: splitOthers(),
    leftOut: leftOut.sort(rising),
  };

  function named(parts: { training: Shot[]; heldOut: Shot[] }) {
    return {
      training: photosOf(parts.training),
      validation: photosOf(parts.heldOut.filter(({ id }) => validation.has(id))),
      heldOut: photosOf(parts.heldOut.filter(({ id }) => !validation.has(id))),
    };
  }

  function validationShots(ids: readonly number[]): Set<number> {
    const count = Math.round(ids.length * validationShare);
    return new Set(inOrder(ids, (id) => rank('validation', id)).slice(0, count));
  }

  /** Half and half, by shots. */
  function splitOthers(): PhotoSplit['others'] {
    const taken = new Set(albums.flatMap(({ photos }) => photos.map(shotOf)));
    const free = [...new Set(others)].filter((photo) => !taken.has(shotOf(photo))).sort(rising);
    const isMeasured = (photo: number) => rank('other', shotOf(photo)) % 2 === 0;
    return {
      training: free.filter((photo) => !isMeasured(photo)),
      measured: free.filter(isMeasured),
    };
  }
}

/** Photos of one shot within an album; named by the smallest of all photos of the shot. */
interface Shot {
  readonly id: number;
  readonly photos: readonly number[];
}

/**
 * Albums as shots. A shot that several albums have is left to the one with most of its photos: it would be both like
 * and unlike itself.
 */
function usableAlbums(albums: readonly AlbumPhotos[], shotOf: (photo: number) => number) {
  const owners = ownersOf(albums, shotOf);
  const usable: { id: number; shots: Shot[] }[] = [];
  const leftOut: number[] = [];
  for (const { id, photos } of albums) {
    const unique = [...new Set(photos)].sort(rising);
    const own = unique.filter((photo) => owners.get(shotOf(photo)) === id);
    leftOut.push(...unique.filter((photo) => owners.get(shotOf(photo)) !== id));
    const shots = [...Map.groupBy(own, shotOf)].map(([shot, members]) => ({ id: shot, photos: members }));
    if (shots.length >= leastTrainingPhotos) usable.push({ id, shots });
    else leftOut.push(...own);
  }
  return { usable, leftOut };
}

/** Of each shot, the album with most of its photos; of equals, that with the smallest id. */
function ownersOf(
  albums: readonly AlbumPhotos[],
  shotOf: (photo: number) => number,
): ReadonlyMap<number, number> {
  const counts = new Map<number, Map<number, number>>();
  for (const { id, photos } of albums) {
    for (const photo of new Set(photos)) {
      const ofShot = counts.get(shotOf(photo)) ?? new Map<number, number>();
      counts.set(shotOf(photo), ofShot.set(id, (ofShot.get(id) ?? 0) + 1));
    }
  }
  return new Map(
    [...counts].map(([shot, ofShot]) => {
      const [most] = [...ofShot].sort(([one, many], [other, more]) => more - many || one - other);
      return [shot, most![0]];
    }),
  );
}

function heldOutCount(albums: number, share: number): number {
  const wanted = Math.max(leastHeldOutAlbums, Math.round(albums * share));
  return Math.max(0, Math.min(wanted, albums - leastTrainingAlbums));
}

/** Shots are held out in the order of their ranks, while enough photos stay. */
function splitAlbum(
  { shots }: { shots: readonly Shot[] },
  share: number,
  rank: (shot: number) => number,
): { training: Shot[]; heldOut: Shot[] } {
  const count = shots.reduce((sum, { photos }) => sum + photos.length, 0);
  const least = Math.max(leastTrainingPhotos, Math.min(wantedTrainingPhotos, count - 1));
  let room = Math.min(Math.round(count * share) || 1, count - least);
  let left = shots.length;
  const training: Shot[] = [];
  const heldOut: Shot[] = [];
  for (const shot of inOrder(shots, ({ id }) => rank(id))) {
    if (shot.photos.length <= room && left > leastTrainingPhotos) {
      heldOut.push(shot);
      room -= shot.photos.length;
      left -= 1;
    } else {
      training.push(shot);
    }
  }
  return { training, heldOut };
}

/** Names each photo's shot by the smallest photo of it: pairs that hang together are one. */
export function shots(copies: readonly (readonly [number, number])[]): (photo: number) => number {
  const components = new Components();
  for (const [a, b] of copies) components.join(a, b);
  return (photo) => components.nameOf(photo);
}

const purposes = ['album', 'photo', 'validation', 'other'] as const;
type Purpose = (typeof purposes)[number];

/**
 * 32 bits that look random, and follow from these numbers alone: the finaliser of MurmurHash3 (Appleby, public domain)
 * over one after the other.
 */
function mixedBits(seed: number, purpose: Purpose, id: number): number {
  let bits = seed >>> 0;
  for (const part of [purposes.indexOf(purpose), id >>> 0, Math.floor(id / 2 ** 32)]) {
    bits = (bits ^ part) + 0x9e3779b9;
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    bits = (bits ^ (bits >>> 16)) >>> 0;
  }
  return bits;
}

/** By rank; equal ranks by id. */
function inOrder<T extends number | { readonly id: number }>(
  items: readonly T[],
  rank: (item: T) => number,
): T[] {
  const idOf = (item: T) => (typeof item === 'number' ? item : item.id);
  return [...items].sort((a, b) => rank(a) - rank(b) || idOf(a) - idOf(b));
}

function byId<T extends { readonly id: number }>(albums: T[]): T[] {
  return albums.sort((a, b) => a.id - b.id);
}

function photosOf(parts: readonly Shot[]): number[] {
  return parts.flatMap(({ photos }) => photos).sort(rising);
}

function rising(a: number, b: number): number {
  return a - b;
}
