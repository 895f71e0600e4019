/**
 * Looks for the duplicates of a library: finds candidates for the photos that were not sought yet, and compares them,
 * photo by photo. What was compared is kept at once: what is killed at any moment is continued by the next run, and no
 * pair is compared twice.
 */
import { z } from 'zod';
import type { DuplicatesProgress } from './api-duplicates.ts';
import { joinPath } from './catalog/path-bytes.ts';
import type { PhotoRow } from './catalog/photos.ts';
import type { Seeker, StoredVerdict } from './catalog/verdicts.ts';
import { dot } from './descriptor/vectors.ts';
import { candidateMethod } from './duplicates/candidates.ts';
import { areCompanions } from './duplicates/companions.ts';
import { compare, compareMethod } from './duplicates/compare.ts';
import type { ComparablePhoto } from './duplicates/compare.ts';
import { signatureMethod } from './duplicates/signature.ts';
import { Turns } from './duplicates/turns.ts';
import type { Verdict } from './duplicates/verdict.ts';
import { ProgressMeter } from './ingest/progress-meter.ts';
import { findCandidates } from './library-candidates.ts';
import type { CandidateSources } from './library-candidates.ts';
import { ComparablePhotos } from './library-comparable-photos.ts';
import type { LibraryFeatures } from './library-features.ts';
import { nullIfUnreadable } from './library-photos.ts';

export interface DuplicateSources extends CandidateSources {
  features: LibraryFeatures;
  /** The model whose descriptors name the candidates. */
  modelId: () => number;
  /** Whether something goes on that is more urgent, and the end of it. */
  isBusy: () => boolean;
  idle: () => Promise<unknown>;
}

export interface DuplicateBuildOptions {
  signal: AbortSignal;
  /** Told about every photo, and when the build waits for what is more urgent. */
  report: (progress: DuplicatesProgress) => void;
  /** Called when pairs were found that are something to each other. */
  found: () => void;
}

/** So many duplicates of its duplicates a photo is compared with at most, and so many times with those of these. */
const furtherMost = 50;
const furtherRounds = 3;

/** Only so little difference can be left of none, where thumbnails are compared. */
const largestResidualOfSame = 0.02;

/** Compares what was not compared yet. Once the signal is aborted, it ends after the pair in work. */
export async function buildDuplicates(
  sources: DuplicateSources,
  options: DuplicateBuildOptions,
): Promise<void> {
  const { catalog } = sources;
  const comparison = `${await sources.features.digest()} ${compareMethod}`;
  catalog.write(() => {
    if (catalog.settings.get('duplicates.method', z.string(), '') === comparison) return;
    catalog.verdicts.forgetAll();
    catalog.settings.set('duplicates.method', comparison);
  });
  const method = `${comparison} ${candidateMethod} ${signatureMethod}`;
  const build = new Build(sources, { modelId: sources.modelId(), method }, options);
  try {
    await build.run();
  } catch (error) {
    if (!options.signal.aborted) throw error;
  }
}

class Build {
  readonly #sources: DuplicateSources;
  readonly #catalog: DuplicateSources['catalog'];
  readonly #seeker: Seeker;
  readonly #options: DuplicateBuildOptions;
  readonly #photos: ComparablePhotos;
  readonly #turns: Turns;
  /** Photos that are to be sought. */
  readonly #open = new Set<number>();
  readonly #meter = new ProgressMeter();
  #progress: DuplicatesProgress = { phase: 'candidates', done: 0, total: 0, rate: 0, etaSeconds: null };

  constructor(sources: DuplicateSources, seeker: Seeker, options: DuplicateBuildOptions) {
    this.#sources = sources;
    this.#catalog = sources.catalog;
    this.#seeker = seeker;
    this.#options = options;
    this.#photos = new ComparablePhotos(sources.photos, sources.features);
    this.#turns = new Turns(options.signal);
  }

  async run(): Promise<void> {
    const copies = this.#copies();
    const photos = this.#catalog.verdicts.unsought(this.#seeker).filter((id) => !copies.has(id));
    if (photos.length === 0) return;
    for (const id of photos) this.#open.add(id);
    this.#report({ total: photos.length });
    await this.#pause();
    const candidates = await findCandidates(this.#sources, {
      modelId: this.#seeker.modelId,
      fresh: photos,
      copies,
      signal: this.#options.signal,
      pause: () => this.#pause(),
      report: (done, total) => this.#report({ phase: 'candidates', ...this.#meter.progress(done, total) }),
    });
    this.#meter.reset();
    await this.#compareAll(
      photos,
      candidates,
      this.#catalog.verdicts.described(this.#seeker.modelId).length - copies.size,
    );
  }

  /** Photos for which another one with the same content stands: that with the smallest id. */
  #copies(): Set<number> {
    const groups = this.#catalog.matchGraph.copies();
    return new Set(groups.flatMap((group) => group.toSorted((a, b) => a - b).slice(1)));
  }

  /** @param inAll photos of the library, those that were sought before as well */
  async #compareAll(
    photos: readonly number[],
    candidates: ReadonlyMap<number, Uint32Array>,
    inAll: number,
  ): Promise<void> {
    const total = Math.max(photos.length, inAll);
    const before = total - photos.length;
    this.#report({ phase: 'verifying', done: before, total, rate: 0, etaSeconds: null });
    let next = this.#begin(photos[0]!, candidates);
    try {
      for (const index of photos.keys()) {
        await this.#pause();
        const prepared = await next;
        // The features of the next photo are made while the pairs of this one are compared.
        if (index + 1 < photos.length) next = this.#begin(photos[index + 1]!, candidates);
        if (prepared) await this.#seek(prepared);
        this.#report({ phase: 'verifying', ...this.#meter.progress(before + index + 1, total) });
      }
    } finally {
      await next.catch(() => null);
    }
  }

  /** Waits while something more urgent goes on, and lets requests come in. @throws what the signal throws */
  async #pause(): Promise<void> {
    if (this.#turns.isOver) await this.#turns.next();
    const { signal } = this.#options;
    const { phase } = this.#progress;
    while (this.#sources.isBusy() && !signal.aborted) {
      this.#report({ phase: 'waiting', rate: 0, etaSeconds: null });
      await Promise.race([this.#sources.idle(), aborted(signal)]);
      this.#meter.reset();
    }
    signal.throwIfAborted();
    if (this.#progress.phase !== phase) this.#report({ phase });
  }

  #report(change: Partial<DuplicatesProgress>): void {
    this.#progress = { ...this.#progress, ...change };
    this.#options.report(this.#progress);
  }

  /** Prepares a photo. Whoever waits for it learns of a failure; until then nobody need. */
  #begin(photoId: number, candidates: ReadonlyMap<number, Uint32Array>): Promise<Prepared | null> {
    const prepared = this.#prepare(photoId, candidates.get(photoId) ?? new Uint32Array());
    prepared.catch(() => null);
    return prepared;
  }

  /** Null for a photo that is gone, and while it cannot be read. */
  async #prepare(photoId: number, candidates: Uint32Array): Promise<Prepared | null> {
    const row = this.#catalog.photos.get(photoId);
    if (!row) return null;
    const others = this.#worthComparing(row, candidates);
    // The drive may be away: what cannot be read now is left for a later build.
    const photo = others.length > 0 ? await this.#photos.get(photoId).catch(nullIfUnreadable) : null;
    return others.length > 0 && !photo ? null : { row, others, photo };
  }

  /** Those that are there, are no companions and were not compared with it. */
  #worthComparing(row: PhotoRow, others: Iterable<number>): PhotoRow[] {
    const compared = new Set([row.id, ...this.#catalog.verdicts.comparedWith(row.id)]);
    const worth: PhotoRow[] = [];
    for (const id of others) {
      if (compared.has(id)) continue;
      const other = this.#catalog.photos.get(id);
      if (other && !hasSameContent(row, other) && !areCompanions(pathOf(row), pathOf(other)))
        worth.push(other);
    }
    return worth;
  }

  /** Compares a photo with what it is worth comparing with, and keeps what came of it. */
  async #seek({ row, others, photo }: Prepared): Promise<void> {
    const comparisons: Comparison[] = [];
    let isComplete = true;
    try {
      if (photo) {
        // Asked once more: when this photo was prepared, the one before it was still in work.
        const first = this.#worthComparing(
          row,
          others.map(({ id }) => id),
        );
        isComplete = await this.#compare(row, photo, first, comparisons);
        for (let round = 0; round < furtherRounds; round++) {
          const further = this.#worthComparing(row, this.#further(row.id, comparisons));
          if (further.length === 0) break;
          isComplete = (await this.#compare(row, photo, further, comparisons)) && isComplete;
        }
      }
    } catch (error) {
      if (!this.#options.signal.aborted) throw error;
      isComplete = false;
    }
    this.#keep(row, comparisons, isComplete);
  }

  /**
   * Compares a photo with others, adding to `comparisons`.
   * @returns whether none is left that nobody will compare it with
   */
  async #compare(
    row: PhotoRow,
    photo: ComparablePhoto,
    others: readonly PhotoRow[],
    comparisons: Comparison[],
  ): Promise<boolean> {
    let isComplete = true;
    const [own, ...descriptors] = this.#catalog.descriptors.getMany(
      [row, ...others].map(({ id }) => id),
      this.#seeker.modelId,
    );
    for (const [at, other] of others.entries()) {
      if (this.#turns.isOver) await this.#turns.next();
      const otherPhoto = await this.#photos.get(other.id).catch(nullIfUnreadable);
      if (!otherPhoto) {
        // Those that are still to be sought will be compared with it in their turn.
        isComplete &&= this.#open.has(other.id);
        continue;
      }
      // From the smaller id to the larger, as verdicts are kept.
      const isFirst = row.id < other.id;
      const [one, two] = isFirst ? [photo, otherPhoto] : [otherPhoto, photo];
      const verdict = await compare(one, two, { similarity: similarityOf(own, descriptors[at]) });
      const sharpened = await this.#sharpened(verdict, row, other).catch(nullIfUnreadable);
      if (sharpened) comparisons.push({ other, verdict: sharpened });
      else isComplete = false;
    }
    return isComplete;
  }

  /** What seems to be the same may be so, to the last pixel. @throws AkinError those of reading and of decoding */
  async #sharpened(verdict: Verdict, row: PhotoRow, other: PhotoRow): Promise<Verdict> {
    if (verdict.kind !== 'near-duplicate' || verdict.residual > largestResidualOfSame) return verdict;
    if (!(await this.#photos.haveSamePixels(row.id, other.id))) return verdict;
    return {
      ...verdict,
      kind: 'identical',
      certainty: 1,
      edits: ['same-pixels'],
      homography: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
      overlapA: 1,
      overlapB: 1,
      residual: 0,
    };
  }

  /** The duplicates of a photo's duplicates, the surest first. */
  #further(photoId: number, comparisons: readonly Comparison[]): number[] {
    const { verdicts } = this.#catalog;
    const found = new Map<number, number>();
    const known = verdicts.of(photoId).map((verdict) => ({ ...verdict, other: otherOf(verdict, photoId) }));
    const own = comparisons.map(({ other, verdict }) => ({ ...verdict, other: other.id }));
    for (const duplicate of [...known, ...own]) {
      if (!isDuplicate(duplicate)) continue;
      for (const next of verdicts.of(duplicate.other)) {
        if (!isDuplicate(next)) continue;
        const id = otherOf(next, duplicate.other);
        found.set(id, Math.max(found.get(id) ?? 0, Math.min(next.certainty, duplicate.certainty)));
      }
    }
    for (const { other } of comparisons) found.delete(other.id);
    return [...found]
      .sort(([x, a], [y, b]) => b - a || x - y)
      .slice(0, furtherMost)
      .map(([id]) => id);
  }

  #keep(row: PhotoRow, comparisons: readonly Comparison[], isComplete: boolean): void {
    const { catalog } = this.#sources;
    // Any of them may have left, or become another, while it was compared.
    const isThere = (one: PhotoRow): boolean => {
      const now = catalog.photos.get(one.id);
      return now !== undefined && hasSameContent(now, one);
    };
    let hasFound = false;
    catalog.write(() => {
      if (!isThere(row)) return;
      for (const { other, verdict } of comparisons) {
        if (!isThere(other)) continue;
        catalog.verdicts.put(stored(row.id, other.id, verdict));
        hasFound ||= verdict.kind !== 'different';
      }
      if (isComplete) catalog.verdicts.sought(row.id, this.#seeker);
    });
    if (isComplete) this.#open.delete(row.id);
    if (hasFound) this.#options.found();
  }
}

interface Prepared {
  row: PhotoRow;
  others: PhotoRow[];
  /** Null where there is nothing to compare it with. */
  photo: ComparablePhoto | null;
}

interface Comparison {
  other: PhotoRow;
  /** From the photo with the smaller id to the other. */
  verdict: Verdict;
}

function stored(one: number, other: number, verdict: Verdict): StoredVerdict {
  return { ...verdict, a: Math.min(one, other), b: Math.max(one, other) };
}

function otherOf({ a, b }: Pick<StoredVerdict, 'a' | 'b'>, photoId: number): number {
  return a === photoId ? b : a;
}

function isDuplicate({ kind }: Pick<Verdict, 'kind'>): boolean {
  return kind === 'near-duplicate' || kind === 'identical';
}

function hasSameContent(one: PhotoRow, other: PhotoRow): boolean {
  return Buffer.compare(one.hash, other.hash) === 0;
}

/** Photos that nothing is known about may be alike. */
function similarityOf(one: Float32Array | undefined, other: Float32Array | undefined): number {
  return one && other ? dot(one, other) : 1;
}

function pathOf(row: PhotoRow): string {
  return joinPath(row.folder, row.path);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
