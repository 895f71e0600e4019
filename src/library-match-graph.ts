/**
 * Builds the match graph of a library: photo by photo, each compared with those that may show the same thing, and each
 * in one transaction. What is killed at any moment is continued by the next run, and no pair is compared twice.
 */
import { setImmediate } from 'node:timers/promises';
import type { PlacesProgress } from './api.ts';
import type { Catalog } from './catalog/catalog.ts';
import type { ComparedPair, Examiner } from './catalog/match-graph.ts';
import { ProgressMeter } from './ingest/progress-meter.ts';
import { nullIfUnreadable } from './library-photos.ts';
import type { LocalFeatures } from './local-features/features.ts';
import { verify } from './local-features/verification.ts';
import type { Neighbour } from './search/descriptor-index.ts';

export interface MatchGraphSources {
  catalog: Catalog;
  /** The model whose descriptors name the neighbours. */
  modelId: () => number;
  /** The photos most like one, best first; the photo itself may be among them. */
  neighbours: (photoId: number, count: number) => Promise<readonly Neighbour[]>;
  /** @throws AkinError when the photo cannot be read now */
  features: (photoId: number) => Promise<LocalFeatures>;
  /** Identifies the model that makes the features. */
  featuresDigest: () => Promise<string>;
  /** Whether something goes on that is more urgent, and the end of it. */
  isBusy: () => boolean;
  idle: () => Promise<unknown>;
}

/**
 * What a photo is compared with, chosen by test/bench/places-quality.ts: its nearest photos, unless their descriptors are
 * further apart than this; and after that the photos that its surest matches are sure to match.
 */
const candidates = { nearest: 15, leastScore: 0.2, furtherMost: 10, sureMatch: 12 };
/** Changes whenever pairs have to be compared once more. */
const methodVersion = 1;

export interface BuildOptions {
  signal: AbortSignal;
  /** Told about every photo, and when the build waits for what is more urgent. */
  report: (progress: PlacesProgress) => void;
  /** Called after every photo. */
  grown: () => Promise<void>;
}

/** Examines the photos that have not been. Once the signal is aborted, it ends after the pair in work. */
export async function buildMatchGraph(sources: MatchGraphSources, options: BuildOptions): Promise<void> {
  const { catalog } = sources;
  const method = `${await sources.featuresDigest()} ${methodVersion}`;
  const examiner: Examiner = { modelId: sources.modelId(), method };
  catalog.write(() => catalog.matchGraph.dropOthers(method));
  const photos = catalog.matchGraph.unexamined(examiner);
  if (photos.length > 0) await new Build(sources, examiner, options).examine(photos);
}

class Build {
  readonly #sources: MatchGraphSources;
  readonly #catalog: Catalog;
  readonly #examiner: Examiner;
  readonly #options: BuildOptions;
  readonly #meter = new ProgressMeter();
  /** Contents: copies of a photo need no examination of their own. */
  readonly #examined = new Set<string>();
  #progress: PlacesProgress = { phase: 'building', done: 0, total: 0, rate: 0, etaSeconds: null };

  constructor(sources: MatchGraphSources, examiner: Examiner, options: BuildOptions) {
    this.#sources = sources;
    this.#catalog = sources.catalog;
    this.#examiner = examiner;
    this.#options = options;
  }

  async examine(photos: readonly number[]): Promise<void> {
    const { signal, grown } = this.#options;
    const total = Math.max(photos.length, this.#catalog.matchGraph.countDescribed(this.#examiner.modelId));
    const before = total - photos.length;
    this.#report({ done: before, total });
    let next = this.#begin(photos[0]!);
    try {
      for (const index of photos.keys()) {
        await this.#turn();
        const prepared = await next;
        if (signal.aborted) return;
        // The features of the next photo are made while the pairs of this one are compared.
        if (index + 1 < photos.length) next = this.#begin(photos[index + 1]!);
        if (prepared) await this.#examine(prepared);
        this.#report({ phase: 'building', ...this.#meter.progress(before + index + 1, total) });
        await grown();
      }
    } finally {
      await next.catch(() => null);
    }
  }

  /** Prepares a photo. Whoever waits for it learns of a failure; until then nobody need. */
  #begin(photoId: number): Promise<Prepared | null> {
    const prepared = this.#prepare(photoId);
    prepared.catch(() => null);
    return prepared;
  }

  /** Waits while something more urgent goes on, and lets requests come in. */
  async #turn(): Promise<void> {
    await setImmediate();
    while (this.#sources.isBusy() && !this.#options.signal.aborted) {
      this.#report({ phase: 'waiting', rate: 0, etaSeconds: null });
      await Promise.race([this.#sources.idle(), aborted(this.#options.signal)]);
      this.#meter.reset();
    }
  }

  #report(change: Partial<PlacesProgress>): void {
    this.#progress = { ...this.#progress, ...change };
    this.#options.report(this.#progress);
  }

  /** What a photo is to be compared with, and its features; null for a copy, and while it cannot be read. */
  async #prepare(photoId: number): Promise<Prepared | null> {
    const hash = this.#hashOf(photoId);
    if (hash === undefined || this.#examined.has(hash)) return null;
    const nearest = await this.#nearest(photoId, hash);
    if (nearest.length === 0) return { photoId, hash, nearest, features: null };
    const features = await this.#featuresOf(photoId);
    return features && { photoId, hash, nearest, features };
  }

  /** The nearest photos, one of each content. */
  async #nearest(photoId: number, hash: string): Promise<number[]> {
    const contents = new Set([hash]);
    const nearest: number[] = [];
    for (const neighbour of await this.#sources.neighbours(photoId, 2 * candidates.nearest)) {
      if (neighbour.score < candidates.leastScore || nearest.length === candidates.nearest) break;
      const content = this.#hashOf(neighbour.photoId);
      if (content === undefined || contents.has(content)) continue;
      contents.add(content);
      nearest.push(neighbour.photoId);
    }
    return nearest;
  }

  async #examine(prepared: Prepared): Promise<void> {
    const { photoId, hash, nearest } = prepared;
    // Its copy may have been in work when it was prepared.
    if (this.#examined.has(hash)) return;
    const { matchGraph } = this.#catalog;
    const pairs = new Map<number, Comparison>();
    // Asked now: when this photo was prepared, the one before it was still in work.
    const compared = new Set(matchGraph.comparedWith(photoId));
    await this.#compare(prepared, without(nearest, compared), pairs);
    await this.#compare(prepared, without(this.#further(photoId, pairs), compared), pairs);
    if (this.#options.signal.aborted) return;
    this.#catalog.write(() => {
      // Any of them may have left, or become another, while it was compared.
      if (this.#hashOf(photoId) !== hash) return;
      this.#examined.add(hash);
      const valid = [...pairs].filter(([other, comparison]) => this.#hashOf(other) === comparison.hash);
      matchGraph.examined(
        photoId,
        this.#examiner,
        valid.map(([other, { inliers }]) => asPair(photoId, other, inliers)),
      );
    });
  }

  /** Compares a photo with others, adding to `pairs`. */
  async #compare(
    { features }: Prepared,
    others: readonly number[],
    pairs: Map<number, Comparison>,
  ): Promise<void> {
    for (const other of others) {
      if (this.#options.signal.aborted) return;
      const hash = this.#hashOf(other);
      if (!features || hash === undefined) continue;
      const otherFeatures = await this.#featuresOf(other);
      if (!otherFeatures) continue;
      const { inliers } = await verify(features, otherFeatures);
      pairs.set(other, { hash, inliers });
    }
  }

  /** The photos that a photo's matches match, the surest first. */
  #further(photoId: number, pairs: ReadonlyMap<number, Comparison>): number[] {
    const { matchGraph } = this.#catalog;
    const matches = new Map(matchGraph.matchesOf(photoId).map((match) => [match.photoId, match.inliers]));
    for (const [other, { inliers }] of pairs) matches.set(other, inliers);
    const found = new Map<number, number>();
    for (const [other, inliers] of matches) {
      if (inliers < candidates.sureMatch) continue;
      for (const next of matchGraph.matchesOf(other)) {
        const surety = Math.min(inliers, next.inliers);
        if (surety < candidates.sureMatch || next.photoId === photoId || pairs.has(next.photoId)) continue;
        found.set(next.photoId, Math.max(surety, found.get(next.photoId) ?? 0));
      }
    }
    return [...found]
      .sort(([x, a], [y, b]) => b - a || x - y)
      .slice(0, candidates.furtherMost)
      .map(([other]) => other);
  }

  /** The content of a photo, by a name; undefined when it is not there. */
  #hashOf(photoId: number): string | undefined {
    const hash = this.#catalog.photos.get(photoId)?.hash;
    return hash && Buffer.from(hash).toString('base64');
  }

  /** The drive may be away: what cannot be read now is left for a later build. */
  #featuresOf(photoId: number): Promise<LocalFeatures | null> {
    return this.#sources.features(photoId).catch(nullIfUnreadable);
  }
}

interface Prepared {
  photoId: number;
  hash: string;
  nearest: number[];
  /** Null where there is nothing to compare it with. */
  features: LocalFeatures | null;
}

interface Comparison {
  /** Of the other photo. */
  hash: string;
  inliers: number;
}

function without(photoIds: readonly number[], known: ReadonlySet<number>): number[] {
  return photoIds.filter((id) => !known.has(id));
}

function asPair(photoId: number, other: number, inliers: number): ComparedPair {
  return { a: Math.min(photoId, other), b: Math.max(photoId, other), inliers };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
