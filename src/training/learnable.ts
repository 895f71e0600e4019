/** What can be learnt from: sets of photos, and judgements about pairs of them, without what contradicts itself. */
import { leastAlbums } from '../api-training.ts';
import type { Readiness } from '../api-training.ts';

/** An album or a place. */
export interface PhotoGroup {
  id: number;
  name: string;
  photos: readonly number[];
}

export interface JudgedPhotos {
  a: number;
  b: number;
  same: boolean;
}

export interface LearnableSources {
  groups: readonly PhotoGroup[];
  judgements: readonly JudgedPhotos[];
  /** Names what is on a photo: those with the very same picture have the same name. */
  pictureOf: (photoId: number) => number;
  /** A group with fewer pictures is left out. */
  leastPhotos: number;
}

export interface Learnable {
  /** No picture is in two of them, or twice in one. */
  groups: PhotoGroup[];
  /** Groups with too few pictures, as they are without those that others have, too. */
  leftOut: PhotoGroup[];
  /** Pairs of groups, with how many pictures both have. */
  overlaps: { groups: [number, number]; pictures: number }[];
  /** Those that agree with each other and with the groups. */
  judgements: JudgedPhotos[];
  contradictions: JudgedPhotos[];
}

/** Leaves out what is both alike and unlike, and what is too small to learn from. */
export function learnableOf({ groups, judgements, pictureOf, leastPhotos }: LearnableSources): Learnable {
  const owners = new Map<number, Set<PhotoGroup>>();
  for (const group of groups) {
    for (const photo of group.photos) {
      const picture = pictureOf(photo);
      const known = owners.get(picture);
      if (known) known.add(group);
      else owners.set(picture, new Set([group]));
    }
  }
  const ownerOf = (photo: number): PhotoGroup | null => {
    const known = owners.get(pictureOf(photo));
    return known?.size === 1 ? [...known][0]! : null;
  };
  const own = groups.map(({ id, name, photos }) => ({
    id,
    name,
    photos: onePerPicture(
      photos.filter((photo) => ownerOf(photo)?.id === id),
      pictureOf,
    ),
  }));
  const contradictions = contradicting(judgements, (photo) => {
    const owner = ownerOf(photo);
    return owner ? { group: owner.id } : { picture: pictureOf(photo) };
  });
  return {
    groups: own.filter(({ photos }) => photos.length >= leastPhotos),
    leftOut: own.filter(({ photos }) => photos.length < leastPhotos),
    overlaps: overlapsOf(owners.values()),
    judgements: judgements.filter((judgement) => !contradictions.has(judgement)),
    contradictions: judgements.filter((judgement) => contradictions.has(judgement)),
  };
}

/**
 * A batch of training at depth `head` takes photos of 18 albums, and a quarter of all is held out: with fewer than these,
 * some of every batch repeats.
 */
const manyAlbums = 24;
/** Four photos of an album enter a batch, after some are held out. */
const manyPhotos = 6;

/** What would bring most: there is no learning from few albums, however large, but large ones hold more than small. */
export function adviceOf({ groups, leftOut }: Pick<Learnable, 'groups' | 'leftOut'>): Readiness['advice'] {
  if (groups.length < leastAlbums) {
    const withMore = leftOut.filter(({ photos }) => photos.length > 0).length;
    return groups.length + withMore >= leastAlbums ? 'more-photos' : 'more-albums';
  }
  if (groups.length < manyAlbums) return 'more-albums';
  const photos = groups.reduce((sum, group) => sum + group.photos.length, 0);
  return photos < manyPhotos * groups.length ? 'more-photos' : 'fine';
}

/** The first photo of each picture. */
function onePerPicture(photos: readonly number[], pictureOf: (photo: number) => number): number[] {
  const seen = new Set<number>();
  return photos.filter((photo) => {
    const picture = pictureOf(photo);
    return !seen.has(picture) && seen.add(picture);
  });
}

function overlapsOf(owners: Iterable<ReadonlySet<PhotoGroup>>): Learnable['overlaps'] {
  const overlaps = new Map<string, Learnable['overlaps'][number]>();
  for (const set of owners) {
    const ids = [...set].map(({ id }) => id).sort((a, b) => a - b);
    for (const [at, one] of ids.entries()) {
      for (const other of ids.slice(at + 1)) {
        const key = `${one} ${other}`;
        const known = overlaps.get(key);
        if (known) known.pictures++;
        else overlaps.set(key, { groups: [one, other], pictures: 1 });
      }
    }
  }
  return [...overlaps.values()].sort((a, b) => a.groups[0] - b.groups[0] || a.groups[1] - b.groups[1]);
}

/** Where a photo stands: with all of its group, or alone with others of the very same picture. */
type Standing = { group: number } | { picture: number };

/**
 * Judgements that cannot all be true. "Same" ties together what it is about, with all of their groups; a chain of it that
 * ties two groups, or the two sides of a "different", is wrong somewhere. As nobody knows where, its links all go.
 */
function contradicting(
  judgements: readonly JudgedPhotos[],
  standingOf: (photo: number) => Standing,
): Set<JudgedPhotos> {
  const found = new Set<JudgedPhotos>();
  const links = new Map<string, { to: string; judgement: JudgedPhotos }[]>();
  const nodeOf = (photo: number) => {
    const standing = standingOf(photo);
    return 'group' in standing ? `group ${standing.group}` : `picture ${standing.picture}`;
  };
  const link = (from: string, to: string, judgement: JudgedPhotos) => {
    const known = links.get(from);
    if (known) known.push({ to, judgement });
    else links.set(from, [{ to, judgement }]);
  };
  for (const judgement of judgements) {
    const [a, b] = [nodeOf(judgement.a), nodeOf(judgement.b)];
    if (!judgement.same || a === b) continue;
    link(a, b, judgement);
    link(b, a, judgement);
  }
  /** The shortest chain of links that are not found yet. */
  const chain = (from: string, isEnd: (node: string) => boolean): JudgedPhotos[] | null => {
    const before = new Map<string, { node: string; judgement: JudgedPhotos } | null>([[from, null]]);
    for (const node of before.keys()) {
      if (isEnd(node)) {
        const path: JudgedPhotos[] = [];
        for (let at = before.get(node); at; at = before.get(at.node)) path.push(at.judgement);
        return path;
      }
      for (const { to, judgement } of links.get(node) ?? []) {
        if (!found.has(judgement) && !before.has(to)) before.set(to, { node, judgement });
      }
    }
    return null;
  };
  const breakChains = (from: string, isEnd: (node: string) => boolean): boolean => {
    let broken = false;
    for (let path = chain(from, isEnd); path; path = chain(from, isEnd)) {
      for (const judgement of path) found.add(judgement);
      broken = true;
    }
    return broken;
  };
  for (const node of links.keys()) {
    if (node.startsWith('group')) breakChains(node, (other) => other.startsWith('group') && other !== node);
  }
  for (const judgement of judgements) {
    if (judgement.same) continue;
    const [a, b] = [nodeOf(judgement.a), nodeOf(judgement.b)];
    if (a === b || breakChains(a, (node) => node === b)) found.add(judgement);
  }
  return found;
}
