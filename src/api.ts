/**
 * The contract between the renderer, the main process and the engine: every request, every event, and the
 * schema that checks each one where it enters a process. Ids stand for photos and folders; a path goes out for
 * display, and comes in only from the main process and the command line.
 */
import { z } from 'zod';
import { maximumQueryBytes } from './limits.ts';

const id = z.int().positive();
const count = z.int().nonnegative();
// Over whatever memory: views of shared or pooled buffers come from SQLite and sharp.
const bytes = z.instanceof(Uint8Array) as z.ZodType<Uint8Array, Uint8Array>;
const nothing = z.strictObject({});

/** How sure Akin is that two photos belong together, from surest to least. */
export const tierSchema = z.enum(['identical', 'near-duplicate', 'same-scene', 'similar']);
export type Tier = z.infer<typeof tierSchema>;

export const matchSchema = z.object({ photoId: id, score: z.number(), tier: tierSchema });
export type Match = z.infer<typeof matchSchema>;

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

const searchResult = z.object({
  matches: z.array(matchSchema),
  /** Upright width / height, one for each match. */
  aspects: z.array(z.number()),
  milliseconds: z.number(),
});
export type SearchResult = z.infer<typeof searchResult>;

/** Requests that the renderer may make. */
export const requests = {
  'library.status': { params: nothing, result: statusSchema },
  'folders.list': { params: nothing, result: z.array(folderSchema) },
  'folders.remove': { params: z.strictObject({ folderId: id }), result: nothing },
  'photos.timeline': { params: z.strictObject({ folderId: id.optional() }), result: timelineSchema },
  'photos.get': { params: z.strictObject({ photoId: id }), result: photoSchema },
  'failures.list': { params: nothing, result: z.array(failureSchema) },
  'search.photo': {
    params: z.strictObject({ photoId: id, limit: z.int().min(1).max(1000) }),
    result: searchResult,
  },
  'search.picture': {
    params: z.strictObject({
      name: z.string().max(1024),
      content: bytes.refine((content) => content.byteLength <= maximumQueryBytes),
      limit: z.int().min(1).max(1000),
    }),
    result: searchResult.extend({ thumbnail: bytes, width: count, height: count }),
  },
  'indexing.start': { params: nothing, result: nothing },
  'indexing.pause': { params: nothing, result: nothing },
  'indexing.resume': { params: nothing, result: nothing },
  'indexing.cancel': { params: nothing, result: nothing },
  'samples.add': { params: nothing, result: folderSchema },
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
]);
export type ToEngine = z.infer<typeof toEngineSchema>;

export const fromEngineSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('fatal'), error: wireErrorSchema }),
  z.object({ kind: z.literal('result'), id, result: z.unknown() }),
  z.object({ kind: z.literal('error'), id, error: wireErrorSchema }),
  z.object({ kind: z.literal('event'), name: z.string(), data: z.unknown() }),
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
  /** Shows the file in the system's file manager. */
  revealPhoto(photoId: number): Promise<void>;
  /** The system's languages, most wanted first. */
  languages: readonly string[];
}
