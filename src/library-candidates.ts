/** The candidates of a library's photos: signatures are made where they are missing, then all are searched at once. */
import type { Catalog } from './catalog/catalog.ts';
import { CandidateSearch } from './duplicates/candidates.ts';
import { looksOf, signatureMethod } from './duplicates/signature.ts';
import { Turns } from './duplicates/turns.ts';
import { thumbnailPixels } from './ingest/thumbnail-pixels.ts';
import type { LibraryPhotos } from './library-photos.ts';

export interface CandidateSources {
  catalog: Catalog;
  photos: LibraryPhotos;
}

export interface CandidateRequest {
  modelId: number;
  /** The photos that are to be searched with; the others are searched among. */
  fresh: readonly number[];
  /** Photos that are left out, as another one with the same content stands for them. */
  copies: ReadonlySet<number>;
  signal: AbortSignal;
  /** Waits while something more urgent goes on. @throws what the signal throws */
  pause: () => Promise<void>;
  /** Told how many photos are done. */
  report: (done: number, total: number) => void;
}

/** Thumbnails that are decoded side by side, and written in one transaction. */
const signaturesAtOnce = 64;
const empty = new Uint8Array();

/** In pixels: decoders skip most of the work for a picture that small, of which no more is needed. */
const smallSide = 256;
/** A millisecond or two of reading. */
const rowsAtOnce = 250;

/**
 * The photos that each fresh one is worth comparing with, the likeliest first; those without any are left out.
 * @throws what the signal throws
 */
export async function findCandidates(
  sources: CandidateSources,
  request: CandidateRequest,
): Promise<Map<number, Uint32Array>> {
  const { catalog } = sources;
  const { modelId, fresh, copies, signal, pause, report } = request;
  const missing = catalog.signatures.missing(modelId, signatureMethod).filter((id) => !copies.has(id));
  const total = missing.length + fresh.length;
  await makeSignatures(sources, missing, pause, (done) => report(done, total));
  const isFresh = new Set(fresh);
  const known = catalog.verdicts.described(modelId).filter((id) => !isFresh.has(id) && !copies.has(id));
  const any = fresh[0] === undefined ? undefined : catalog.descriptors.get(fresh[0], modelId);
  // The photo has just left: whoever looks again finds those that are left.
  if (!any) return new Map();
  const search = new CandidateSearch(any.length, known.length + fresh.length);
  const turns = new Turns(signal);
  await addAll(catalog, modelId, search, known, turns);
  search.beginNew();
  await addAll(catalog, modelId, search, fresh, turns);
  return search.find({
    signal,
    onProgress: (share) => report(missing.length + Math.floor(share * fresh.length), total),
  });
}

async function makeSignatures(
  { catalog, photos }: CandidateSources,
  missing: readonly number[],
  pause: () => Promise<void>,
  report: (done: number) => void,
): Promise<void> {
  catalog.write(() => catalog.signatures.dropOthers(signatureMethod));
  for (let begin = 0; begin < missing.length; begin += signaturesAtOnce) {
    await pause();
    const some = missing.slice(begin, begin + signaturesAtOnce);
    const made = await Promise.all(some.map((photoId) => looks(photos, photoId)));
    catalog.write(() => {
      for (const [at, photoId] of some.entries()) {
        const found = made[at];
        // Any of them may have left, or become another, meanwhile.
        if (!found || Buffer.compare(found.hash, catalog.photos.get(photoId)?.hash ?? empty) !== 0) continue;
        catalog.signatures.put(photoId, signatureMethod, new Uint8Array(found.content.buffer));
      }
    });
    report(begin + some.length);
  }
}

/** Undefined where there is no thumbnail, and none can be made now. */
async function looks(
  photos: LibraryPhotos,
  photoId: number,
): Promise<{ hash: Uint8Array; content: Int8Array } | undefined> {
  try {
    const { hash } = photos.row(photoId);
    const { content } = await photos.thumbnail(photoId);
    return { hash, content: looksOf(await thumbnailPixels(content, smallSide)) };
  } catch {
    // Whatever is wrong with the thumbnail, the photo can do without a signature: it is the lesser way to candidates.
    return undefined;
  }
}

async function addAll(
  catalog: Catalog,
  modelId: number,
  search: CandidateSearch,
  photoIds: readonly number[],
  turns: Turns,
): Promise<void> {
  for (let begin = 0; begin < photoIds.length; begin += rowsAtOnce) {
    const some = photoIds.slice(begin, begin + rowsAtOnce);
    const descriptors = catalog.descriptors.getMany(some, modelId);
    const contents = catalog.signatures.getMany(some, signatureMethod);
    for (const [at, photoId] of some.entries()) {
      const [descriptor, content] = [descriptors[at], contents[at]];
      if (descriptor) search.add(photoId, descriptor, content && Int8Array.from(content));
    }
    if (turns.isOver) await turns.next();
  }
}
