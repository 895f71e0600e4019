import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PlacesProgress } from '../src/api.ts';
import { facts, place as placeOf } from './catalog/rows.ts';
import { Scenes } from './scenes.ts';

let scenes: Scenes;

beforeEach(() => {
  scenes = new Scenes();
});

afterEach(() => scenes.close());

/** The id of the place that holds a photo. */
function idOf(photoId: number): number {
  const id = scenes.places.placeOf(photoId);
  if (id === undefined) throw new Error(`Photo ${photoId} is in no place.`);
  return id;
}

describe('building', () => {
  it('finds what several photos show, and nothing else', async () => {
    const small = scenes.add(1, 3);
    const large = scenes.add(2, 5);
    scenes.add(3, 1);
    expect(await scenes.build()).toBeNull();
    expect(scenes.sorted()).toEqual([large, small]);
    expect(scenes.places.pairs(idOf(large[0]!))).toBe(10);
    expect(scenes.changes).toEqual([2]);
  });

  it('does nothing when nothing is new', async () => {
    scenes.add(1, 3);
    await scenes.build();
    scenes.read.length = 0;
    await scenes.build();
    expect(scenes.read).toEqual([]);
    expect(scenes.changes).toEqual([1]);
  });

  it('examines only photos that have come', async () => {
    const photos = scenes.add(1, 4);
    const others = scenes.add(2, 3);
    await scenes.build();
    const [before] = scenes.places.list();
    scenes.read.length = 0;
    const compared = new Set(photos.flatMap((id) => scenes.catalog.matchGraph.comparedWith(id)));
    const [added] = scenes.add(1, 1);
    await scenes.build();
    expect(scenes.sorted()).toEqual([[...photos, added], others]);
    expect(scenes.places.list()[0]!.id).toBe(before!.id);
    expect(scenes.read[0]).toBe(added);
    expect(scenes.read.filter((id) => id === added)).toHaveLength(1);
    expect(compared.has(added!)).toBe(false);
  });

  it('takes photos out that have left, and looks again at those that became others', async () => {
    const photos = scenes.add(1, 4);
    const others = scenes.add(2, 3);
    await scenes.build();
    scenes.catalog.photos.delete(photos[0]!);
    scenes.catalog.photos.put(photos[1]!, placeOf(scenes.folderId, 'new.jpg'), facts('other content'));
    scenes.catalog.descriptors.put(photos[1]!, scenes.modelId, new Float32Array(4), Buffer.from('regions'));
    scenes.sceneOf.set(photos[1]!, 2);
    await scenes.build();
    expect(scenes.sorted()).toEqual([
      [photos[1]!, ...others],
      [photos[2]!, photos[3]!],
    ]);
  });

  it('compares no pair twice, and copies not at all', async () => {
    const photos = scenes.add(1, 3);
    const copy = scenes.catalog.photos.put(null, placeOf(scenes.folderId, 'copy.jpg'), {
      ...scenes.catalog.photos.facts(photos[0]!)!,
    });
    scenes.catalog.descriptors.put(copy, scenes.modelId, new Float32Array(4), Buffer.from('regions'));
    scenes.sceneOf.set(copy, 1);
    await scenes.build();
    expect(scenes.sorted()).toEqual([[...photos, copy]]);
    expect(scenes.catalog.matchGraph.comparedWith(copy)).toEqual([]);
    expect(scenes.places.pairs(idOf(copy))).toBe(3);
    // Three photos are compared with 2, 1 and 0 others that they have not been compared with.
    expect(scenes.read).toHaveLength(3 + 2 + 1);
  });

  it('finds the rest of a scene by way of what already matches', async () => {
    // More than a photo's nearest: each is compared with 15 of the other 23 at first.
    const photos = scenes.add(1, 24);
    await scenes.build();
    expect(scenes.sorted()).toEqual([photos]);
    expect(scenes.catalog.matchGraph.comparedWith(photos[23]!).length).toBeGreaterThan(15);
  });

  it('goes on where it was killed', async () => {
    const photos = scenes.add(1, 4);
    const others = scenes.add(2, 4);
    let read = 0;
    const broken = new Promise<void>((resolve) => {
      scenes.onRead = () => (++read === 14 ? (resolve(), new Promise(() => undefined)) : undefined);
    });
    scenes.places.build();
    await broken;
    const examined = 8 - scenes.catalog.matchGraph.unexamined(examiner()).length;
    expect(examined).toBeGreaterThan(0);
    expect(examined).toBeLessThan(8);
    scenes.onRead = () => undefined;
    scenes.reopen();
    const before = scenes.catalog.matchGraph.matches();
    const again: PlacesProgress[] = [];
    scenes.places.on('progress', (progress) => again.push(progress));
    await scenes.build();
    expect(again[0]).toMatchObject({ phase: 'building', done: examined, total: 8 });
    expect(scenes.sorted()).toEqual([photos, others]);
    expect(scenes.catalog.matchGraph.matches()).toEqual(expect.arrayContaining(before));
  });

  it('ends soon when it is cancelled, keeps what it found and goes on with the next build', async () => {
    const photos = scenes.add(1, 6);
    let read = 0;
    scenes.onRead = () => (++read === 9 ? scenes.places.cancel() : undefined);
    await scenes.build();
    expect(read).toBeLessThan(12);
    expect(scenes.catalog.matchGraph.unexamined(examiner())).toHaveLength(5);
    expect(scenes.sorted()).toEqual([photos]);
    await scenes.build();
    expect(scenes.catalog.matchGraph.unexamined(examiner())).toEqual([]);
  });

  it('builds once more for what came meanwhile', async () => {
    const photos = scenes.add(1, 3);
    let added: number[] = [];
    scenes.onRead = () => {
      if (added.length > 0) return;
      added = scenes.add(1, 1);
      scenes.places.build();
    };
    await scenes.build();
    expect(scenes.sorted()).toEqual([[...photos, ...added]]);
  });

  it('waits while something more urgent goes on', async () => {
    scenes.add(1, 3);
    scenes.busy = true;
    const phases: string[] = [];
    scenes.places.on('progress', ({ phase }) => phases.push(phase));
    scenes.places.build();
    await once(scenes.places, 'progress');
    await once(scenes.places, 'progress');
    expect(phases).toEqual(['building', 'waiting']);
    expect(scenes.places.list()).toEqual([]);
    scenes.idle();
    await scenes.places.finished();
    expect(phases).toEqual(['building', 'waiting', 'building', 'idle']);
    expect(scenes.sorted()).toHaveLength(1);
  });

  it('can be cancelled while it waits', async () => {
    scenes.add(1, 3);
    scenes.busy = true;
    scenes.places.build();
    await once(scenes.places, 'progress');
    await once(scenes.places, 'progress');
    scenes.places.cancel();
    await scenes.places.finished();
    expect(scenes.places.progress.phase).toBe('idle');
    expect(scenes.places.list()).toEqual([]);
  });

  it('leaves photos that cannot be read for later', async () => {
    const photos = scenes.add(1, 4);
    scenes.away.add(photos[2]!);
    expect(await scenes.build()).toBeNull();
    expect(scenes.sorted()).toEqual([[photos[0], photos[1], photos[3]]]);
    scenes.away.clear();
    await scenes.build();
    expect(scenes.sorted()).toEqual([photos]);
  });

  it('tells of what stopped it', async () => {
    scenes.add(1, 3);
    const notices: string[] = [];
    scenes.places.on('notice', ({ code }) => notices.push(code));
    scenes.onRead = () => {
      throw new Error('broken');
    };
    expect(await scenes.build()).toMatchObject({ code: 'internal' });
    expect(notices).toEqual(['internal']);
    scenes.onRead = () => undefined;
    expect(await scenes.build()).toBeNull();
    expect(scenes.sorted()).toHaveLength(1);
  });

  it('compares everything anew with other local features', async () => {
    const photos = scenes.add(1, 3);
    await scenes.build();
    scenes.read.length = 0;
    scenes.digest = 'better features';
    await scenes.build();
    expect(new Set(scenes.read)).toEqual(new Set(photos));
    expect(scenes.sorted()).toEqual([photos]);
  });
});

describe('a place', () => {
  it('tells what a list of places shows', async () => {
    const [a, b, c] = scenes.add(1, 3) as [number, number, number];
    const put = (id: number, takenAt: number, latitude: number | null, longitude: number | null) =>
      scenes.catalog.photos.put(id, placeOf(scenes.folderId, `${id}.jpg`), {
        ...scenes.catalog.photos.facts(id)!,
        takenAt,
        latitude,
        longitude,
      });
    put(a, 3000, 10, 179);
    put(b, 1000, null, null);
    put(c, 2000, 12, -179);
    await scenes.build();
    const [found] = scenes.places.list();
    expect(found).toEqual({
      id: idOf(a),
      name: null,
      photos: 3,
      cover: scenes.found()[0]![0],
      from: 1000,
      to: 3000,
      latitude: 11,
      longitude: expect.any(Number),
    });
    expect(Math.abs(found!.longitude!)).toBe(180);
    expect(scenes.places.photos(found!.id).aspects).toEqual([1.5, 1.5, 1.5]);
  });

  it('keeps its name while it grows, and gets it back after it was gone', async () => {
    const photos = scenes.add(1, 3);
    await scenes.build();
    const id = idOf(photos[0]!);
    expect(scenes.places.rename(id, 'Home')).toMatchObject({ id, name: 'Home', photos: 3 });
    const [added] = scenes.add(1, 1);
    await scenes.build();
    expect(scenes.places.list()).toMatchObject([{ id, name: 'Home', photos: 4 }]);
    scenes.catalog.folders.remove(scenes.folderId, 1);
    await scenes.build();
    expect(scenes.places.list()).toEqual([]);
    scenes.catalog.folders.restore(scenes.folderId);
    await scenes.build();
    expect(scenes.places.list()).toMatchObject([{ id, name: 'Home', photos: 4 }]);
    expect(scenes.sorted()[0]).toContain(added);
    expect(scenes.places.rename(id, null).name).toBeNull();
  });

  it('becomes an album, and stays', async () => {
    scenes.add(1, 3);
    await scenes.build();
    const { id } = scenes.places.list()[0]!;
    expect(scenes.places.album(id, 'Holiday')).toMatchObject({ name: 'Holiday', photos: 3 });
    expect(scenes.albums).toEqual([{ name: 'Holiday', photoIds: scenes.places.photos(id).ids }]);
    expect(scenes.places.list()).toHaveLength(1);
  });

  it('that is not there is an error', () => {
    const unknown = expect.objectContaining({ code: 'place-unknown' });
    expect(() => scenes.places.photos(5)).toThrow(unknown);
    expect(() => scenes.places.rename(5, 'x')).toThrow(unknown);
    expect(() => scenes.places.split(5, [1])).toThrow(unknown);
    expect(() => scenes.places.merge([5, 6])).toThrow(unknown);
    expect(() => scenes.places.album(5, 'x')).toThrow(unknown);
  });
});

describe('splitting and merging', () => {
  it('divide a place and put it together again, with the ids and names it had', async () => {
    const photos = scenes.add(1, 6);
    await scenes.build();
    const id = idOf(photos[0]!);
    scenes.places.rename(id, 'Old town');
    const leaving = photos.slice(0, 4);
    const created = scenes.places.split(id, leaving);
    expect(created).toMatchObject({ name: null, photos: 4 });
    expect(created.id).not.toBe(id);
    expect(scenes.places.list().find((place) => place.id === id)).toMatchObject({
      name: 'Old town',
      photos: 2,
    });
    const merged = scenes.places.merge([id, created.id]);
    expect(merged).toMatchObject({ id, name: 'Old town', photos: 6 });
    expect(scenes.places.list()).toHaveLength(1);
  });

  it('of merged places gives each its name back', async () => {
    const one = scenes.add(1, 3);
    const other = scenes.add(2, 5);
    await scenes.build();
    const [first, second] = [idOf(one[0]!), idOf(other[0]!)];
    scenes.places.rename(second, 'Bridge');
    expect(scenes.places.merge([first, second])).toMatchObject({ id: first, name: 'Bridge', photos: 8 });
    scenes.places.rename(first, 'Both');
    const back = scenes.places.split(first, other);
    expect(back).toMatchObject({ id: second, name: 'Bridge', photos: 5 });
    expect(scenes.places.list()).toMatchObject([{ id: second }, { id: first, name: 'Both', photos: 3 }]);
  });

  it('survive new builds and new photos', async () => {
    const photos = scenes.add(1, 6);
    const others = scenes.add(2, 3);
    await scenes.build();
    scenes.places.split(idOf(photos[0]!), photos.slice(0, 2));
    scenes.places.merge([idOf(others[0]!), idOf(photos[5]!)]);
    const [added] = scenes.add(1, 1);
    await scenes.build();
    const found = scenes.sorted();
    expect(found).toHaveLength(2);
    expect(found.some((place) => place.includes(photos[0]!) && !place.includes(photos[2]!))).toBe(true);
    expect(found.some((place) => place.includes(photos[2]!) && place.includes(others[0]!))).toBe(true);
    expect(found.filter((place) => place.includes(added!))).toHaveLength(1);
    scenes.reopen();
    await scenes.build();
    expect(scenes.sorted()).toEqual(found);
  });

  it('a single photo that is split off is in no place', async () => {
    const photos = scenes.add(1, 4);
    await scenes.build();
    const id = idOf(photos[0]!);
    expect(scenes.places.split(id, [photos[3]!])).toMatchObject({ id, photos: 3 });
    expect(scenes.places.placeOf(photos[3]!)).toBeUndefined();
    await scenes.build();
    expect(scenes.sorted()).toEqual([photos.slice(0, 3)]);
  });

  it('of a place of two photos leave none', async () => {
    const photos = scenes.add(1, 2);
    await scenes.build();
    const [before] = scenes.places.list();
    expect(scenes.places.split(before!.id, [photos[1]!])).toEqual(before);
    expect(scenes.places.list()).toEqual([]);
    await scenes.build();
    expect(scenes.places.list()).toEqual([]);
    const again = scenes.places.merge([], photos);
    expect({ ...again, id: before!.id }).toEqual(before);
    await scenes.build();
    expect(scenes.places.list()).toEqual([again]);
    expect(() => scenes.places.merge([], [photos[0]!])).toThrow('not understood');
    expect(() => scenes.places.merge([], [photos[0]!, 999])).toThrow('no longer in the library');
  });

  it('takes back a photo that was split off alone', async () => {
    const photos = scenes.add(1, 4);
    await scenes.build();
    const [before] = scenes.places.list();
    scenes.places.split(before!.id, [photos[3]!]);
    expect(scenes.places.merge([before!.id], photos)).toMatchObject({ id: before!.id, photos: 4 });
    await scenes.build();
    expect(scenes.sorted()).toEqual([photos]);
  });

  it('want photos of the place on both sides', async () => {
    const photos = scenes.add(1, 3);
    const others = scenes.add(2, 3);
    await scenes.build();
    const id = idOf(photos[0]!);
    const wrong = expect.objectContaining({ code: 'bad-request' });
    expect(() => scenes.places.split(id, photos)).toThrow(wrong);
    expect(() => scenes.places.split(id, [])).toThrow(wrong);
    expect(() => scenes.places.split(id, [photos[0]!, others[0]!])).toThrow(wrong);
    expect(scenes.places.list()).toHaveLength(2);
  });

  it('hold against a cut that was under way', async () => {
    const photos = scenes.add(1, 5);
    await scenes.build();
    const id = idOf(photos[0]!);
    scenes.places.build();
    const created = scenes.places.split(id, photos.slice(0, 2));
    await scenes.places.finished();
    expect(scenes.places.list().map((place) => [place.id, place.photos])).toEqual([
      [id, 3],
      [created.id, 2],
    ]);
  });
});

function examiner() {
  return { modelId: scenes.modelId, method: 'features 1' };
}
