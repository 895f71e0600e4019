/**
 * The duplicates of a library: groups, what the user decided about them, and what may be removed. What was read to
 * group them stays in memory until something changes, so that another strictness is answered at once.
 */
import { EventEmitter } from 'node:events';
import { keepRulesSchema } from './api-duplicates.ts';
import type {
  DuplicateGroup,
  DuplicateGroups,
  DuplicatePhoto,
  DuplicateScope,
  KeepRules,
  PhotoFactList,
} from './api-duplicates.ts';
import type { Catalog } from './catalog/catalog.ts';
import { displayPath } from './catalog/path-bytes.ts';
import type { ByteString } from './catalog/path-bytes.ts';
import { groupsFile } from './duplicates/groups-file.ts';
import type { GroupRecord } from './duplicates/groups-file.ts';
import { groupDuplicates } from './duplicates/groups.ts';
import type { Group, GroupDecisions, Grouping, Member } from './duplicates/groups.ts';
import { keepOrder, standardKeepRules } from './duplicates/keep-rules.ts';
import { removable } from './duplicates/removable.ts';
import type { Refusal, Removable } from './duplicates/removable.ts';
import { AkinError } from './errors.ts';
import { readEvidence } from './library-duplicate-evidence.ts';
import type { DuplicateEvidence } from './library-duplicate-evidence.ts';
import { readFacts } from './library-duplicate-facts.ts';
import { DuplicateProof } from './library-duplicate-proof.ts';
import type { LibraryPhotos } from './library-photos.ts';
import { standardStrictness } from './limits.ts';

export type GroupOrder = 'size' | 'certainty';

/** What holds instead of what the library says. */
export interface Overrides {
  keepRules?: KeepRules;
  /** Absolute paths of folders whose photos are protected, beside the library's protected folders. */
  protectedFolders?: readonly ByteString[];
}

interface DuplicatesEvents {
  /** Groups came, went or changed. */
  changed: [];
}

/** Milliseconds between two `changed` events; reading it all anew may take no more than a twentieth of them. */
const shortestInterval = 1000;
const readingShare = 20;

/** As many answers are kept: going back and forth between kinds, or undoing a step of the slider, costs nothing. */
const keptGroupings = 6;

export class LibraryDuplicates extends EventEmitter<DuplicatesEvents> {
  readonly #catalog: Catalog;
  readonly #photos: LibraryPhotos;
  readonly #proof: DuplicateProof;
  #overrides: Overrides = {};
  #evidence: DuplicateEvidence | null = null;
  #decisions: GroupDecisions | null = null;
  readonly #groupings = new Map<string, Grouping>();
  #timer: NodeJS.Timeout | null = null;
  #lastTold = -Infinity;
  /** Of the evidence, in milliseconds. */
  #readingTime = 0;

  constructor(catalog: Catalog, photos: LibraryPhotos) {
    super();
    this.#catalog = catalog;
    this.#photos = photos;
    this.#proof = new DuplicateProof(catalog);
  }

  /** To be called when photos, folders or verdicts changed; `changed` follows soon, and not more often than it may. */
  invalidate(): void {
    this.#forget();
    if (this.#timer) return;
    const interval = Math.max(shortestInterval, readingShare * this.#readingTime);
    const left = this.#lastTold + interval - performance.now();
    this.#timer = setTimeout(() => this.#tell(), Math.max(0, left));
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
  }

  /** Holds until the library is closed; nothing of it is written. */
  override(overrides: Overrides): void {
    this.#overrides = overrides;
    this.#forget();
  }

  /** How many groups there are, of identical photos and of near-duplicates, at the usual strictness. */
  count(): number {
    const kinds = ['identical', 'near-duplicate'] as const;
    const counts = kinds.map(
      (kind) => this.#grouping({ kind, strictness: standardStrictness }).groups.length,
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** By the bytes that removing all but the keepers would free, most first; or the surest first. */
  list({ order, ...scope }: DuplicateScope & { order: GroupOrder }): DuplicateGroups {
    const { rows } = this.#known();
    const groups = this.#ordered(scope, order).map((group) => {
      const { width, height } = rows.get(group.keeper.id)!;
      const removable = group.members.filter(({ photo }) => !photo.protected);
      return {
        id: group.id,
        keeper: group.keeper.id,
        aspect: width / height,
        photos: group.members.length + 1,
        bytes: freedBy(group),
        removable: removable.map(({ photo }) => photo.id),
        sizes: removable.map(({ photo }) => photo.bytes),
        certainty: certaintyOf(group),
      };
    });
    return {
      groups,
      photos: groups.reduce((sum, { photos }) => sum + photos, 0),
      bytes: groups.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  }

  /** The group that a photo is in. @throws AkinError `group-unknown` */
  group({ photoId, ...scope }: DuplicateScope & { photoId: number }): DuplicateGroup {
    const grouping = this.#grouping(scope);
    const group = groupIn(grouping, photoId);
    const { keeper, members } = group;
    return {
      id: group.id,
      kind: scope.kind,
      photos: [
        this.#shown({ photo: keeper, certainty: 1 }, group, scope, grouping),
        ...members.map((member) => this.#shown(member, group, scope, grouping)),
      ],
      related: grouping.related(group),
      decidedBy: grouping.decidedBy(group),
      chosen: this.#decisionsNow().chosen.has(keeper.id),
    };
  }

  /** Makes a photo the keeper of its group. @throws AkinError `group-unknown` */
  choose({ photoId, ...scope }: DuplicateScope & { photoId: number }): DuplicateGroup {
    const others = idsOf(groupIn(this.#grouping(scope), photoId));
    const decisions = this.#decisionsNow();
    const chosen = new Set(decisions.chosen);
    for (const id of others) chosen.delete(id);
    chosen.add(photoId);
    // With this keeper there may be no group: all that it matches may have been dismissed with it.
    groupIn(groupDuplicates(this.#known().graph, scope, { ...decisions, chosen }), photoId);
    this.#decide(() => {
      for (const id of others) this.#catalog.keepers.unchoose(id);
      this.#catalog.keepers.choose(photoId);
    });
    return this.group({ photoId, ...scope });
  }

  /** Lets the keep rules choose again. @throws AkinError `group-unknown` */
  unchoose({ photoId, ...scope }: DuplicateScope & { photoId: number }): DuplicateGroup {
    const group = groupIn(this.#grouping(scope), photoId);
    this.#decide(() => {
      for (const id of idsOf(group)) this.#catalog.keepers.unchoose(id);
    });
    // The photo itself may be in no group any more, where its keeper goes to a better one.
    const grouping = this.#grouping(scope);
    const shown = [photoId, ...idsOf(group)].find((id) => grouping.groupOf(id)) ?? photoId;
    return this.group({ photoId: shown, ...scope });
  }

  /** @throws AkinError `photo-unknown`, `bad-request` for a single photo */
  dismiss(photoIds: readonly number[]): { dismissalId: number } {
    const photos = [...new Set(photoIds)];
    if (photos.length < 2)
      throw new AkinError('bad-request', { reason: 'at least two photos are dismissed' });
    for (const id of photos) this.#photos.row(id);
    return this.#decide(() => ({ dismissalId: this.#catalog.dismissals.add(photos) }));
  }

  /** Takes a dismissal back; one that is no more is no error. */
  undismiss(dismissalId: number): Record<string, never> {
    this.#decide(() => this.#catalog.dismissals.remove(dismissalId));
    return {};
  }

  keepRules(): KeepRules {
    return (
      this.#overrides.keepRules ??
      this.#catalog.settings.get('keep-rules', keepRulesSchema, standardKeepRules)
    );
  }

  setKeepRules(rules: KeepRules): Record<string, never> {
    this.#decide(() => this.#catalog.settings.set('keep-rules', rules));
    return {};
  }

  /** All members that are not protected; none of another shot of the same scene, which no rule may remove. */
  propose(scope: DuplicateScope): { photoIds: number[]; bytes: number } {
    if (scope.kind === 'same-scene') return { photoIds: [], bytes: 0 };
    const photos = this.#grouping(scope).groups.flatMap(({ members }) => members.map(({ photo }) => photo));
    const offered = photos.filter((photo) => !photo.protected);
    return {
      photoIds: offered.map(({ id }) => id),
      bytes: offered.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  }

  /** Which of these photos may be removed, with the photo that stays for each, and why the others may not. */
  removable(
    scope: DuplicateScope,
    photoIds: readonly number[],
  ): { allowed: Removable[]; refused: Refusal[] } {
    this.#forget();
    const grouping = this.#grouping(scope);
    const { rows } = this.#known();
    const groups = new Map(
      grouping.groups.flatMap((group) => idsOf(group).map((id) => [id, group] as const)),
    );
    return removable(
      photoIds,
      (id) => {
        const group = groups.get(id);
        return group && { photos: idsOf(group), match: grouping.match };
      },
      (id) => rows.get(id)?.protected ?? false,
    );
  }

  /** What the files of photos say about themselves now. */
  facts(photoIds: readonly number[]): Promise<PhotoFactList[]> {
    return readFacts(this.#photos, photoIds);
  }

  /** Groups by their paths. */
  records({ order, ...scope }: DuplicateScope & { order: GroupOrder }): GroupRecord[] {
    const grouping = this.#grouping(scope);
    return this.#ordered(scope, order).map((group) => ({
      kind: scope.kind,
      keeper: displayPath(group.keeper.path),
      members: group.members.map(({ photo, certainty }) => {
        const { edits, overlap } = this.#proof.between(
          photo.id,
          group.keeper.id,
          scope.kind,
          grouping.copies,
        );
        return {
          path: displayPath(photo.path),
          edit: edits[0] ?? null,
          edits,
          overlap,
          certainty,
          bytes: photo.bytes,
          protected: photo.protected,
        };
      }),
      related: grouping.related(group).map((id) => this.#pathOf(id)),
      certainty: certaintyOf(group),
      bytes: freedBy(group),
      keeperBytes: group.keeper.bytes,
    }));
  }

  /** The groups as the content of a file. */
  export({ format, ...params }: DuplicateScope & { order: GroupOrder; format: 'csv' | 'json' }): {
    content: Uint8Array;
  } {
    return { content: groupsFile(this.records(params), format) };
  }

  #shown(
    { photo, certainty }: Member,
    { keeper }: Group,
    { kind }: DuplicateScope,
    grouping: Grouping,
  ): DuplicatePhoto {
    const row = this.#known().rows.get(photo.id)!;
    const path = displayPath(row.path);
    return {
      photoId: photo.id,
      name: path.slice(path.lastIndexOf('/') + 1),
      path,
      width: row.width,
      height: row.height,
      bytes: row.bytes,
      format: row.format,
      takenAt: row.takenAt,
      protected: row.protected,
      certainty,
      ...this.#proof.between(photo.id, keeper.id, kind, grouping.copies),
      copies: grouping.copies(photo.id),
    };
  }

  #ordered(scope: DuplicateScope, order: GroupOrder): Group[] {
    const keyed = this.#grouping(scope).groups.map((group) => {
      const bytes = freedBy(group);
      const certainty = certaintyOf(group);
      return { group, keys: order === 'size' ? [bytes, certainty] : [certainty, bytes] };
    });
    keyed.sort((a, b) => b.keys[0]! - a.keys[0]! || b.keys[1]! - a.keys[1]! || a.group.id - b.group.id);
    return keyed.map(({ group }) => group);
  }

  #grouping({ kind, strictness }: DuplicateScope): Grouping {
    const key = `${kind} ${strictness}`;
    let grouping = this.#groupings.get(key);
    if (!grouping) {
      grouping = groupDuplicates(this.#known().graph, { kind, strictness }, this.#decisionsNow());
      this.#groupings.set(key, grouping);
      const [oldest] = this.#groupings.keys();
      if (this.#groupings.size > keptGroupings) this.#groupings.delete(oldest!);
    }
    return grouping;
  }

  #known(): DuplicateEvidence {
    if (!this.#evidence) {
      const begun = performance.now();
      this.#evidence = readEvidence(this.#catalog, this.#overrides.protectedFolders);
      this.#readingTime = performance.now() - begun;
    }
    return this.#evidence;
  }

  #decisionsNow(): GroupDecisions {
    const { keepers, dismissals } = this.#catalog;
    return (this.#decisions ??= {
      order: keepOrder(this.keepRules()),
      chosen: new Set(keepers.list()),
      dismissals: dismissals.list(),
    });
  }

  /** Writes what the user decided. */
  #decide<Result>(task: () => Result): Result {
    const result = this.#catalog.decide(task);
    this.#forgetDecisions();
    this.emit('changed');
    return result;
  }

  #forget(): void {
    this.#evidence = null;
    this.#forgetDecisions();
  }

  #forgetDecisions(): void {
    this.#decisions = null;
    this.#groupings.clear();
  }

  #tell(): void {
    this.#timer = null;
    this.#lastTold = performance.now();
    this.emit('changed');
  }

  #pathOf(photoId: number): string {
    return displayPath(this.#known().rows.get(photoId)!.path);
  }
}

/** @throws AkinError `group-unknown` */
function groupIn(grouping: Grouping, photoId: number): Group {
  const group = grouping.groupOf(photoId);
  if (!group) throw new AkinError('group-unknown');
  return group;
}

/** The keeper first. */
function idsOf({ keeper, members }: Group): number[] {
  return [keeper.id, ...members.map(({ photo }) => photo.id)];
}

function freedBy({ members }: Group): number {
  return members.reduce((sum, { photo }) => sum + (photo.protected ? 0 : photo.bytes), 0);
}

function certaintyOf({ members }: Group): number {
  return members.reduce((least, { certainty }) => Math.min(least, certainty), 1);
}
