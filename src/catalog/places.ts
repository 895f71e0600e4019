/**
 * Places as the user sees them, and what the user decided about them. A place is kept by the photos it had when the
 * match graph was last cut; a name that the user gave outlives the place, in case its photos form one again.
 */
import type { Database, Statement } from 'better-sqlite3';

export interface PlaceMemory {
  id: number;
  /** The user's; null without one. */
  name: string | null;
  /** Cover first. Of a place that is no more: those it had. */
  photos: number[];
}

export interface PlacePart {
  /** Of the place that it continues; null for a new one. */
  id: number | null;
  /** Cover first, then as strong as they match the others. */
  photos: readonly number[];
  /** How many pairs of its photos match. */
  pairs: number;
}

export interface PlaceRow {
  id: number;
  name: string | null;
  pairs: number;
  /** Cover first. */
  photos: PlacePhoto[];
}

interface PlacePhoto {
  photoId: number;
  takenAt: number;
  /** Upright width / height. */
  aspect: number;
  latitude: number | null;
  longitude: number | null;
}

/** Photos that the user wants in one place; with several sides, those of different sides in different places. */
export interface PlaceDecision {
  sides: number[][];
}

interface JoinedRow {
  placeId: number;
  name: string | null;
  pairs: number;
  photoId: number;
  takenAt: number;
  aspect: number;
  latitude: number | null;
  longitude: number | null;
}

export class Places {
  readonly #shown: Statement<[number | null], JoinedRow>;
  readonly #memory: Statement<[], [number, string | null, number]>;
  readonly #placeOf: Statement<[number], number>;
  readonly #count: Statement<[], number>;
  readonly #insert: Statement<[number]>;
  readonly #update: Statement<[number, number]>;
  readonly #insertPhoto: Statement<[number | bigint, number, number]>;
  readonly #dropPhotos: Statement<[number]>;
  readonly #hideAll: Statement<[]>;
  readonly #dropEmpty: Statement<[]>;
  readonly #rename: Statement<[string | null, number]>;
  readonly #decisions: Statement<[], [number, number, number]>;
  readonly #decided: Statement<[], [number, number]>;
  readonly #decide: Statement<[]>;
  readonly #decidePhoto: Statement<[number | bigint, number, number]>;
  readonly #dropDecision: Statement<[number]>;

  constructor(database: Database) {
    this.#shown = database.prepare(
      `SELECT place.id AS placeId, name, pairs, photo.id AS photoId, taken_at AS takenAt,
         CAST(width AS REAL) / height AS aspect, latitude, longitude
       FROM place JOIN place_photo ON place_id = place.id
         JOIN photo ON photo.id = photo_id
         JOIN folder ON folder.id = folder_id AND removed_at IS NULL
       WHERE shown AND place.id = coalesce(?, place.id) ORDER BY place.id, rank`,
    );
    this.#memory = database
      .prepare<[], [number, string | null, number]>(
        `SELECT place.id, name, photo_id FROM place JOIN place_photo ON place_id = place.id
         ORDER BY place.id, rank`,
      )
      .raw();
    this.#placeOf = database
      .prepare<[number], number>(
        'SELECT place.id FROM place_photo JOIN place ON place.id = place_id WHERE photo_id = ? AND shown',
      )
      .pluck();
    this.#count = database.prepare<[], number>('SELECT count(*) FROM place WHERE shown').pluck();
    this.#insert = database.prepare('INSERT INTO place (pairs, shown) VALUES (?, 1)');
    this.#update = database.prepare('UPDATE place SET pairs = ?, shown = 1 WHERE id = ?');
    this.#insertPhoto = database.prepare(
      'INSERT INTO place_photo (place_id, photo_id, rank) VALUES (?, ?, ?)',
    );
    this.#dropPhotos = database.prepare('DELETE FROM place_photo WHERE place_id = ?');
    this.#hideAll = database.prepare('UPDATE place SET shown = 0');
    this.#dropEmpty = database.prepare(
      `DELETE FROM place WHERE NOT shown
         AND (name IS NULL OR NOT EXISTS (SELECT 1 FROM place_photo WHERE place_id = place.id))`,
    );
    this.#rename = database.prepare('UPDATE place SET name = ? WHERE id = ? AND shown');
    this.#decisions = database
      .prepare<[], [number, number, number]>(
        `SELECT decision_id, side, photo_id FROM place_decision_photo
           JOIN photo ON photo.id = photo_id
           JOIN folder ON folder.id = folder_id AND removed_at IS NULL
         ORDER BY decision_id DESC, side, photo_id`,
      )
      .raw();
    this.#decided = database
      .prepare<[], [number, number]>('SELECT decision_id, photo_id FROM place_decision_photo')
      .raw();
    this.#decide = database.prepare('INSERT INTO place_decision DEFAULT VALUES');
    this.#decidePhoto = database.prepare(
      'INSERT INTO place_decision_photo (decision_id, photo_id, side) VALUES (?, ?, ?)',
    );
    this.#dropDecision = database.prepare('DELETE FROM place_decision WHERE id = ?');
  }

  count(): number {
    return this.#count.get() ?? 0;
  }

  /** Largest first; one of the same size by id. Photos of a removed folder are left out. */
  list(): PlaceRow[] {
    return this.#read(null).sort((a, b) => b.photos.length - a.photos.length || a.id - b.id);
  }

  get(placeId: number): PlaceRow | undefined {
    return this.#read(placeId)[0];
  }

  /** The place that a photo is in. */
  placeOf(photoId: number): number | undefined {
    return this.#placeOf.get(photoId);
  }

  /** All places, and those that are no more but bear a name. */
  memory(): PlaceMemory[] {
    const places: PlaceMemory[] = [];
    for (const [id, name, photoId] of this.#memory.all()) {
      const last = places.at(-1);
      if (last?.id === id) last.photos.push(photoId);
      else places.push({ id, name, photos: [photoId] });
    }
    return places;
  }

  /** Replaces the places. Those that no part continues go; with a name, they are only hidden. */
  replace(parts: readonly PlacePart[]): void {
    this.#hideAll.run();
    for (const { id, photos, pairs } of parts) {
      const placeId = id ?? this.#insert.run(pairs).lastInsertRowid;
      if (id !== null) {
        this.#update.run(pairs, id);
        this.#dropPhotos.run(id);
      }
      photos.forEach((photoId, rank) => this.#insertPhoto.run(placeId, photoId, rank));
    }
    this.#dropEmpty.run();
  }

  /** Returns whether there is such a place. */
  rename(placeId: number, name: string | null): boolean {
    return this.#rename.run(name, placeId).changes > 0;
  }

  /** What the user decided, newest first, about photos whose folder is not removed. */
  decisions(): PlaceDecision[] {
    const decisions: PlaceDecision[] = [];
    let last: number | null = null;
    for (const [id, side, photoId] of this.#decisions.all()) {
      if (id !== last) decisions.push({ sides: [] });
      last = id;
      ((decisions.at(-1)!.sides[side] ??= []) as number[]).push(photoId);
    }
    // A side whose photos have all left leaves a gap.
    return decisions.map(({ sides }) => ({ sides: sides.filter((side) => side !== undefined) }));
  }

  /** Notes a decision. Older ones that are about no other photos have no say any more, and are dropped. */
  decide({ sides }: PlaceDecision): void {
    const photos = new Set(sides.flat());
    const older = new Map<number, boolean>();
    for (const [id, photoId] of this.#decided.all()) {
      older.set(id, (older.get(id) ?? true) && photos.has(photoId));
    }
    for (const [id, covered] of older) if (covered) this.#dropDecision.run(id);
    const { lastInsertRowid } = this.#decide.run();
    sides.forEach((side, at) => {
      for (const photoId of side) this.#decidePhoto.run(lastInsertRowid, photoId, at);
    });
  }

  #read(placeId: number | null): PlaceRow[] {
    const places: PlaceRow[] = [];
    for (const { placeId: id, name, pairs, ...photo } of this.#shown.all(placeId)) {
      const last = places.at(-1);
      if (last?.id === id) last.photos.push(photo);
      else places.push({ id, name, pairs, photos: [photo] });
    }
    return places;
  }
}
