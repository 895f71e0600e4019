/**
 * The contract between the renderer, the main process and the engine: every request, every event, and the
 * schema that checks each one where it enters a process. Ids stand for photos and folders; a path goes out for
 * display, and comes in only from the main process and the command line.
 */
import { z } from 'zod';
import {
  evidenceSchema,
  boxSchema,
  heatMapSchema,
  pictureSchema,
  queryPartSchema,
  refinementSchema,
  searchParamsSchema,
  searchResultSchema,
} from './api-search.ts';
import type { SearchParams } from './api-search.ts';
import { duplicateEvents, duplicateMainRequests, duplicateRequests } from './api-duplicates.ts';
import type { DuplicateScope, RemovalParams, RemovalResult } from './api-duplicates.ts';
import { trainingEvents, trainingMainRequests, trainingRequests } from './api-training.ts';
import type { ImportedAlbums, ModelVersion } from './api-training.ts';
import { maximumQueryBytes } from './limits.ts';

const id = z.int().positive();
const count = z.int().nonnegative();
// Over whatever memory: views of shared or pooled buffers come from SQLite and sharp.
const bytes = z.instanceof(Uint8Array) as z.ZodType<Uint8Array, Uint8Array>;
const nothing = z.strictObject({});

export const folderSchema = z.object({
  id,
  path: z.string(),
  role: z.enum(['normal', 'protected']),
  photos: count,
  /** `missing` folders keep their photos until the folder is back or removed by the user. */
  state: z.enum(['ready', 'missing', 'unreadable']),
});
export type Folder = z.infer<typeof folderSchema>;

export const photoSchema = z.object({
  id,
  folderId: id,
  /** Absolute, for display; bytes that are not UTF-8 show as U+FFFD. */
  path: z.string(),
  name: z.string(),
  /** Upright size in pixels. */
  width: count,
  height: count,
  bytes: count,
  format: z.string(),
  /** Milliseconds since 1970; local wall-clock time of the camera read as if it were UTC, else file time. */
  takenAt: z.number(),
  camera: z.string().nullable(),
  latitude: z.number().nullable(),
  longitude: z.number().nullable(),
});
export type Photo = z.infer<typeof photoSchema>;

export const failureSchema = z.object({
  path: z.string(),
  code: z.string(),
  reason: z.string(),
});
export type Failure = z.infer<typeof failureSchema>;

export const progressSchema = z.object({
  phase: z.enum(['idle', 'scanning', 'indexing', 'paused']),
  done: count,
  total: count,
  failed: count,
  /** Photos a second over the last few seconds; 0 while unknown. */
  rate: z.number().nonnegative(),
  /** Seconds; null while unknown. */
  etaSeconds: z.number().nonnegative().nullable(),
});
export type Progress = z.infer<typeof progressSchema>;

export const statusSchema = z.object({
  library: z.string(),
  photos: count,
  indexed: count,
  failed: count,
  folders: count,
  model: z.string(),
  progress: progressSchema,
});
export type Status = z.infer<typeof statusSchema>;

/** The whole library as parallel columns, newest first: what the grid needs to lay out 100,000 photos. */
export const timelineSchema = z.object({
  ids: z.instanceof(Float64Array) as z.ZodType<Float64Array>,
  /** Upright width / height. */
  aspects: z.instanceof(Float32Array) as z.ZodType<Float32Array>,
  takenAt: z.instanceof(Float64Array) as z.ZodType<Float64Array>,
});
export type Timeline = z.infer<typeof timelineSchema>;

/** Chosen by the asker, so that it can tell its own events and call its own work off. */
const key = z.int().nonnegative();

/** Photos to show as a grid: parallel columns. */
const photoList = z.object({ ids: z.array(id), aspects: z.array(z.number()) });
export type PhotoList = z.infer<typeof photoList>;

const facetsSchema = z.object({
  cameras: z.array(z.object({ camera: z.string().nullable(), photos: count })),
  formats: z.array(z.object({ format: z.string(), photos: count })),
  /** When the earliest and the latest photo was taken; null without photos. */
  earliest: z.number().nullable(),
  latest: z.number().nullable(),
});
export type Facets = z.infer<typeof facetsSchema>;

const name = z.string().trim().min(1).max(200);
const ids = z.array(id).min(1).max(100_000);

export const albumSchema = z.object({ id, name: z.string(), photos: count, cover: id.nullable() });
export type Album = z.infer<typeof albumSchema>;

/** A dense part of the match graph: photos of one thing, found without anybody's help. */
export const placeSchema = z.object({
  id,
  /** Null until the user names it. */
  name: z.string().nullable(),
  photos: count,
  cover: id,
  /** As `Photo.takenAt`. */
  from: z.number(),
  to: z.number(),
  /** Degrees; null together, where no photo has a position. */
  latitude: z.number().nullable(),
  longitude: z.number().nullable(),
});
export type Place = z.infer<typeof placeSchema>;

export const placesProgressSchema = z.object({
  phase: z.enum(['idle', 'building', 'waiting']),
  done: count,
  total: count,
  rate: z.number().nonnegative(),
  etaSeconds: z.number().nonnegative().nullable(),
});
export type PlacesProgress = z.infer<typeof placesProgressSchema>;

/** In percent, all but the counts. */
const evaluationSchema = z.object({
  queries: count,
  mAP: z.number(),
  /** How often the first result is right. */
  r1: z.number(),
  precisionAt: z.array(z.object({ k: count, precision: z.number() })),
  /** By rising recall. */
  curve: z.array(z.object({ recall: z.number(), precision: z.number() })),
  albums: z.array(z.object({ albumId: id, photos: count, mAP: z.number() })),
});
export type AlbumEvaluation = z.infer<typeof evaluationSchema>;

/** How many points of mAP a switch gained where it was measured. */
const effectSchema = z.object({ buildings: z.number(), products: z.number(), milliseconds: z.number() });
export const librarySettingsSchema = z.strictObject({
  refinement: refinementSchema,
  /** Photos are described at one size or at three; changing it describes the library anew. */
  scales: z.enum(['one', 'three']),
});
export type LibrarySettings = z.infer<typeof librarySettingsSchema>;

/** Requests that the renderer may make. */
export const requests = {
  'library.status': { params: nothing, result: statusSchema },
  'folders.list': { params: nothing, result: z.array(folderSchema) },
  'folders.remove': { params: z.strictObject({ folderId: id }), result: nothing },
  'photos.timeline': { params: z.strictObject({ folderId: id.optional() }), result: timelineSchema },
  'photos.get': { params: z.strictObject({ photoId: id }), result: photoSchema },
  'failures.list': { params: nothing, result: z.array(failureSchema) },
  'photos.facets': { params: nothing, result: facetsSchema },
  /** Takes a picture in as a query; it stays out of the library, and is forgotten after some others. */
  'pictures.open': {
    params: z.strictObject({
      name: z.string().max(1024),
      content: bytes.refine((content) => content.byteLength <= maximumQueryBytes),
    }),
    result: pictureSchema,
  },
  'search.run': { params: searchParamsSchema, result: searchResultSchema },
  /** As `search.run`, then verifies the first 100; what it finds streams in as `search.verified`. */
  'search.verify': { params: searchParamsSchema.extend({ key }), result: searchResultSchema },
  'search.cancel': { params: z.strictObject({ key }), result: nothing },
  /** Where photos match the query, more finely than by their stored regions. */
  'search.localise': {
    params: z.strictObject({ query: queryPartSchema, photoIds: z.array(id).min(1).max(50) }),
    result: z.array(z.object({ photoId: id, box: boxSchema.nullable() })),
  },
  'search.heat': {
    params: z.strictObject({ query: queryPartSchema, photoId: id }),
    result: z.object({ query: heatMapSchema, photo: heatMapSchema }),
  },
  'search.evidence': {
    params: z.strictObject({ query: queryPartSchema, photoId: id }),
    result: evidenceSchema,
  },
  'albums.list': { params: nothing, result: z.array(albumSchema) },
  'albums.photos': { params: z.strictObject({ albumId: id }), result: photoList },
  'albums.create': { params: z.strictObject({ name, photoIds: ids }), result: albumSchema },
  'albums.rename': { params: z.strictObject({ albumId: id, name }), result: albumSchema },
  'albums.add': { params: z.strictObject({ albumId: id, photoIds: ids }), result: albumSchema },
  'albums.take': { params: z.strictObject({ albumId: id, photoIds: ids }), result: albumSchema },
  'albums.remove': { params: z.strictObject({ albumId: id }), result: nothing },
  /** Undoes `albums.remove`, while the engine that did it runs. */
  'albums.restore': { params: z.strictObject({ albumId: id }), result: albumSchema },
  'albums.evaluate': { params: nothing, result: evaluationSchema },
  'places.list': { params: nothing, result: z.array(placeSchema) },
  'places.progress': { params: nothing, result: placesProgressSchema },
  'places.photos': { params: z.strictObject({ placeId: id }), result: photoList },
  'places.build': { params: nothing, result: nothing },
  'places.cancel': { params: nothing, result: nothing },
  /** A name of null takes the user's name away again. */
  'places.rename': { params: z.strictObject({ placeId: id, name: name.nullable() }), result: placeSchema },
  /** Makes a place of its own of some photos of a place; `places.merge` undoes it. */
  'places.split': { params: z.strictObject({ placeId: id, photoIds: ids }), result: placeSchema },
  /** Puts places, and further photos, into the first of them, or photos alone into one; `places.split` undoes it. */
  'places.merge': {
    params: z.strictObject({ placeIds: z.array(id).max(1000), photoIds: ids.optional() }),
    result: placeSchema,
  },
  'places.album': { params: z.strictObject({ placeId: id, name }), result: albumSchema },
  'settings.get': {
    params: nothing,
    result: librarySettingsSchema.extend({
      /** By switch and value, as in `regional.sum`. */
      effects: z.record(z.string(), effectSchema),
    }),
  },
  'settings.set': { params: librarySettingsSchema.partial(), result: nothing },
  'indexing.start': { params: nothing, result: nothing },
  'indexing.pause': { params: nothing, result: nothing },
  'indexing.resume': { params: nothing, result: nothing },
  'indexing.cancel': { params: nothing, result: nothing },
  'samples.add': { params: nothing, result: folderSchema },
  'folders.set-role': {
    params: z.strictObject({ folderId: id, role: z.enum(['normal', 'protected']) }),
    result: folderSchema,
  },
  ...duplicateRequests,
  ...trainingRequests,
} as const;

/** Requests that only the main process makes: they carry paths, or bytes for the akin:// protocol. */
export const mainRequests = {
  'folders.add': { params: z.strictObject({ path: z.string().min(1) }), result: folderSchema },
  /** Puts back a folder that was just removed, with its photos: what "Undo" does. */
  'folders.restore': { params: z.strictObject({ folderId: id }), result: folderSchema },
  'photos.path': { params: z.strictObject({ photoId: id }), result: z.object({ path: z.string() }) },
  'photos.thumbnail': {
    params: z.strictObject({ photoId: id }),
    result: z.object({ content: bytes, type: z.string() }),
  },
  'photos.rendering': {
    /** The longest side wanted, in pixels; the photo is never enlarged. */
    params: z.strictObject({ photoId: id, longSide: z.int().min(64).max(8192) }),
    result: z.object({ content: bytes, type: z.string() }),
  },
  /** The results as a file's content; main asks the user where to. */
  'search.export': {
    params: searchParamsSchema.extend({ format: z.enum(['csv', 'json']) }),
    result: z.object({ content: bytes }),
  },
  ...duplicateMainRequests,
  ...trainingMainRequests,
  'engine.stop': { params: nothing, result: nothing },
} as const;

/** An error as it crosses a process boundary. */
export const wireErrorSchema = z.object({
  code: z.string(),
  message: z.string(),
  details: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type WireError = z.infer<typeof wireErrorSchema>;

export const events = {
  'indexing.progress': progressSchema,
  /** Photos or folders came or went; ask again for what is on screen. */
  'library.changed': z.object({ photos: count }),
  /** A notice for the user: an error code of `errors.ts` with its details. */
  'library.notice': z.object({
    code: z.string(),
    details: z.record(z.string(), z.union([z.string(), z.number()])),
  }),
  'search.verified': z.object({
    key,
    photoId: id,
    /** Keypoints that agree; 0 when the photo is not verified. */
    verified: count,
    /** What the photo is ranked by now. */
    score: z.number(),
    done: count,
    total: count,
    /** Photos a second; 0 while unknown. */
    rate: z.number().nonnegative(),
    etaSeconds: z.number().nonnegative().nullable(),
  }),
  'places.progress': placesProgressSchema,
  /** Places came, went or changed; with how many there are. */
  'places.changed': z.object({ places: count }),
  'albums.changed': z.object({ albums: count }),
  ...duplicateEvents,
  ...trainingEvents,
  /** `failed` comes with the reason; the next request tries again. */
  'engine.state': z.object({
    state: z.enum(['starting', 'ready', 'restarting', 'failed']),
    error: wireErrorSchema.optional(),
  }),
} as const;

export type Requests = typeof requests;
export type RequestName = keyof Requests;
export type EngineRequests = Requests & typeof mainRequests;
export type EngineRequestName = keyof EngineRequests;
export type Params<Name extends EngineRequestName> = z.input<EngineRequests[Name]['params']>;
export type Result<Name extends EngineRequestName> = z.output<EngineRequests[Name]['result']>;
export type EventName = keyof typeof events;
export type EventData<Name extends EventName> = z.output<(typeof events)[Name]>;

/** What main and the engine send each other over the child process' channel. */
export const toEngineSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('request'), id, name: z.string(), params: z.unknown() }),
  z.object({ kind: z.literal('cancel'), id }),
  /** What came of moving a file to the trash; without an error it went. */
  z.object({ kind: z.literal('trashed'), id, error: wireErrorSchema.optional() }),
]);
export type ToEngine = z.infer<typeof toEngineSchema>;

export const fromEngineSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('fatal'), error: wireErrorSchema }),
  z.object({ kind: z.literal('result'), id, result: z.unknown() }),
  z.object({ kind: z.literal('error'), id, error: wireErrorSchema }),
  z.object({ kind: z.literal('event'), name: z.string(), data: z.unknown() }),
  /** Asks main to move a file to the system's trash, which only Electron can; answered by `trashed`. */
  z.object({ kind: z.literal('trash'), id, path: z.string() }),
]);
export type FromEngine = z.infer<typeof fromEngineSchema>;

/** What the preload script puts on `window.akin`: nothing of Electron, nothing of Node. */
export interface AkinBridge {
  request<Name extends RequestName>(name: Name, params: Params<Name>): Promise<Result<Name>>;
  on<Name extends EventName>(name: Name, listener: (data: EventData<Name>) => void): () => void;
  /** Opens the system's folder dialog; main adds what was chosen. Null when dismissed. */
  chooseFolder(): Promise<Folder | null>;
  /** Undoes `folders.remove`. */
  restoreFolder(folderId: number): Promise<Folder>;
  /** Asks where to, and writes the results there. Null when dismissed, else the file's name. */
  exportMatches(params: SearchParams, format: 'csv' | 'json'): Promise<string | null>;
  /** Asks where to, and writes the groups there. Null when dismissed, else the file's name. */
  exportDuplicates(
    scope: DuplicateScope & { order: 'size' | 'certainty' },
    format: 'csv' | 'json',
  ): Promise<string | null>;
  /** Asks for a folder, and moves photos there. Null when dismissed. */
  moveDuplicates(params: RemovalParams): Promise<RemovalResult | null>;
  /** Asks where to, and writes all albums and judgements there. Null when dismissed, else the file's name. */
  exportAlbums(): Promise<string | null>;
  /** Asks for a file that `exportAlbums` wrote. Null when dismissed. */
  importAlbums(): Promise<ImportedAlbums | null>;
  /** Asks for a folder, and writes the model's own into it. Null when dismissed, else where it lies. */
  exportModel(modelId: number): Promise<string | null>;
  /** Asks for the folder of an exported model. Null when dismissed. */
  importModel(): Promise<ModelVersion | null>;
  /** Shows the file in the system's file manager. */
  revealPhoto(photoId: number): Promise<void>;
  /** The system's languages, most wanted first. */
  languages: readonly string[];
}
