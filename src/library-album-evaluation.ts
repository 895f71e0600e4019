/** How well the search finds what the user put into albums. */
import { setImmediate } from 'node:timers/promises';
import type { AlbumEvaluation } from './api.ts';
import type { Catalog } from './catalog/catalog.ts';
import { dot } from './descriptor/vectors.ts';
import { AkinError } from './errors.ts';
import { RetrievalMeasure, cutOffs } from './evaluation/retrieval.ts';

/** Of one album more photos tell nothing new, and comparing all takes long. */
const queriesOfAlbum = 100;

/**
 * Searches with the photos of every album among the photos of all albums: those of the same album are right. Photos in
 * no album are left out, since nobody said what they show.
 *
 * @returns zeros where no album has two photos
 * @throws AkinError `cancelled`
 */
export async function evaluateAlbums(
  catalog: Catalog,
  modelId: number,
  signal: AbortSignal,
): Promise<AlbumEvaluation> {
  const albums = catalog.albums
    .list()
    .map(({ id }) => ({ id, photoIds: [...catalog.albums.photos(id).ids] }));
  const photoIds = [...new Set(albums.flatMap((album) => album.photoIds))];
  const stored = catalog.descriptors.getMany(photoIds, modelId);
  const known = photoIds.flatMap((photoId, at) => {
    const descriptor = stored[at];
    return descriptor ? [{ photoId, descriptor }] : [];
  });
  const places = new Map(known.map(({ photoId }, place) => [photoId, place]));
  const measure = new RetrievalMeasure();
  for (const album of albums) {
    const members = album.photoIds.flatMap((photoId) => places.get(photoId) ?? []);
    if (members.length < 2) continue;
    const step = Math.max(1, Math.ceil(members.length / queriesOfAlbum));
    for (let at = 0; at < members.length; at += step) {
      if (signal.aborted) throw new AkinError('cancelled');
      const photo = members[at]!;
      const positives = new Set(members.filter((other) => other !== photo));
      const scores = known.map(({ descriptor }) => dot(known[photo]!.descriptor, descriptor));
      measure.add({ group: String(album.id), photo, positives, junk: new Set() }, scores);
      await setImmediate();
    }
  }
  const { queries, mAP, r1, precisionAt, curve, perGroup } = measure.result();
  return {
    queries,
    mAP,
    r1,
    precisionAt: cutOffs.map((k) => ({ k, precision: precisionAt[k] })),
    curve: [...curve],
    albums: perGroup.map((group) => ({
      albumId: Number(group.group),
      photos: albums.find(({ id }) => id === Number(group.group))!.photoIds.length,
      mAP: group.mAP,
    })),
  };
}
