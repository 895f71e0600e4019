/** The part of the contract that is about learning: albums to learn from, judgements, runs of training, models. */
import { z } from 'zod';

const id = z.int().positive();
const count = z.int().nonnegative();
const fraction = z.number().min(0).max(1);
const nothing = z.strictObject({});
const bytes = z.instanceof(Uint8Array) as z.ZodType<Uint8Array, Uint8Array>;
const name = z.string().trim().min(1).max(200);
const ids = z.array(id).min(1).max(100_000);
/** The model that comes with Akin is 0; versions made by training or imported have ids of their own. */
const modelId = z.int().nonnegative();

const pace = {
  done: count,
  total: count,
  /** A second; 0 while unknown. */
  rate: z.number().nonnegative(),
  etaSeconds: z.number().nonnegative().nullable(),
};

/** How much of the model is trained: the head, the trunk's last blocks too, or all of it. */
export const depths = ['head', 'last', 'full'] as const;
export const depthSchema = z.enum(depths);
export type Depth = z.infer<typeof depthSchema>;

export const losses = [
  'batch-hard',
  'batch-all',
  'batch-all-non-zero',
  'batch-sample',
  'adaptive-weighted',
  'triplet',
] as const;
export const lossSchema = z.enum(losses);
export type LossName = z.infer<typeof lossSchema>;

/** `soft` is softplus; a number is the margin of a hinge, in units of the distance. */
export const marginSchema = z.union([z.literal('soft'), z.number().positive().max(10)]);
export type Margin = z.infer<typeof marginSchema>;

export const distanceSchema = z.enum(['euclidean', 'squared-euclidean']);
export type DistanceName = z.infer<typeof distanceSchema>;

/** `tensorflow` is the native one, on a processor or a graphics card. */
export const backendNames = ['tensorflow', 'webgpu', 'wasm'] as const;
export const backendSchema = z.enum(backendNames);
export type BackendName = z.infer<typeof backendSchema>;

/** How the albums of a batch are drawn: all alike, or those that are mistaken for each other together. */
export const samplingSchema = z.enum(['random', 'hard-albums', 'hard-negatives']);
export type Sampling = z.infer<typeof samplingSchema>;

export const trainingSourceSchema = z.enum(['albums', 'places']);
export type TrainingSource = z.infer<typeof trainingSourceSchema>;

export const trainingSettingsSchema = z.strictObject({
  source: trainingSourceSchema.default('albums'),
  /** Null for all albums that can be learnt from. */
  albumIds: z.array(id).max(100_000).nullable().default(null),
  depth: depthSchema.default('head'),
  loss: lossSchema.default('batch-hard'),
  margin: marginSchema.default('soft'),
  distance: distanceSchema.default('euclidean'),
  sampling: samplingSchema.default('random'),
  /** Null takes the fastest that works. */
  backend: backendSchema.nullable().default(null),
  seed: z.int().nonnegative().max(0xffff_ffff).default(1),
  /** Share of the albums, and of the photos of the others, that are kept out of training to measure it. */
  heldOut: z.number().min(0.1).max(0.5).default(0.25),
  /** Updates; null for what the depth wants. */
  steps: z.int().positive().max(100_000).nullable().default(null),
  /** Whether "same" and "different" judgements take part. */
  judgements: z.boolean().default(true),
  /** Whether photos outside the albums take part as negatives, where that is safe. */
  unlabelled: z.boolean().default(true),
});
export type TrainingSettings = z.output<typeof trainingSettingsSchema>;
export type TrainingWishes = z.input<typeof trainingSettingsSchema>;

export { leastAlbums, leastPhotos } from './limits.ts';

const readinessSchema = z.object({
  source: trainingSourceSchema,
  /** Albums with at least `leastPhotos` photos. */
  albums: count,
  /** Their photos. */
  photos: count,
  enough: z.boolean(),
  /** What would bring most. */
  advice: z.enum(['more-albums', 'more-photos', 'fine']),
  /** Albums that cannot be learnt from. */
  leftOut: z.array(z.object({ albumId: id, name: z.string(), photos: count })),
  /** Photos that are in two albums: they are left out, as they would be both alike and unlike. */
  overlaps: z.array(z.object({ albumIds: z.tuple([id, id]), photos: count })),
  judgements: z.object({ same: count, different: count }),
  /** Judgements that contradict each other or an album; they are left out. */
  contradictions: z.array(z.object({ photoIds: z.tuple([id, id]), same: z.boolean() })),
});
export type Readiness = z.infer<typeof readinessSchema>;

const backendStateSchema = z.object({
  backend: backendSchema,
  /** As the backend calls it: a processor or a graphics card. */
  device: z.string(),
  available: z.boolean(),
  /** Why it is not available, in plain words (English); else empty. */
  reason: z.string(),
  /** Predicted length of a run with the albums as they are, in seconds, by depth; null while not measured. */
  seconds: z.object({ head: z.number(), last: z.number(), full: z.number() }).nullable(),
});
export type BackendState = z.infer<typeof backendStateSchema>;

/** Mean average precision in percent, before and after. */
export const gainSchema = z.object({
  queries: count,
  before: z.number(),
  after: z.number(),
  /** 95 % of the bootstrap samples of the gain lie between these, in points. */
  interval: z.tuple([z.number(), z.number()]),
});
export type Gain = z.infer<typeof gainSchema>;

export const figuresSchema = z.object({
  /** Of albums that training saw nothing of; null where there are too few. */
  heldOutAlbums: gainSchema.nullable(),
  /** Of photos that training did not see, in albums that it did. */
  newPhotos: gainSchema.nullable(),
  /** The user's own albums, where training was with places. */
  ownAlbums: gainSchema.nullable(),
  /** Of photos outside all albums: the share, 0 to 1, of the ten nearest that stay the nearest; null without photos. */
  kept: z.object({ photos: count, share: fraction }).nullable(),
  /** How much of what training changed is in the proposed model, 0 to 1, so that it forgets little. */
  share: fraction,
  /** The same of the model as training left it, before it was mixed with its parent. */
  tuned: z.object({
    heldOutAlbums: z.number().nullable(),
    newPhotos: z.number().nullable(),
    kept: fraction.nullable(),
  }),
  /** Whether the proposed model is better where it was measured. */
  better: z.boolean(),
  /** Why training ended before its last step; null when it did not. */
  stopped: z.enum(['no-gain', 'collapsed', 'cancelled']).nullable(),
  seconds: z.number(),
});
export type Figures = z.infer<typeof figuresSchema>;

export const runStates = ['preparing', 'training', 'interrupted', 'cancelled', 'failed', 'done'] as const;
export const decisionSchema = z.enum(['accepted', 'kept', 'discarded']);
export type Decision = z.infer<typeof decisionSchema>;

const wireError = z.object({
  code: z.string(),
  message: z.string(),
  details: z.record(z.string(), z.union([z.string(), z.number()])),
});

export const runSchema = z.object({
  id,
  state: z.enum(runStates),
  settings: trainingSettingsSchema,
  /** The model that training began with. */
  parentId: modelId,
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  backend: backendSchema.nullable(),
  device: z.string(),
  step: count,
  steps: count,
  error: wireError.nullable(),
  figures: figuresSchema.nullable(),
  decision: decisionSchema.nullable(),
  /** The version that was made of it; null until accepted or kept. */
  modelId: modelId.nullable(),
});
export type Run = z.infer<typeof runSchema>;

/** What one step tells: the curves of the live charts. */
export const trainingPointSchema = z.object({
  step: count,
  loss: z.number(),
  /** Share of anchors whose nearest photo in the batch is of their album, 0 to 1. */
  top1: fraction,
  /** Share of the K - 1 nearest that are of the anchor's album, 0 to 1. */
  precision: fraction,
  /** Share of triplets, or of anchors, that still have a loss above 1e-5, 0 to 1. */
  active: fraction,
  /** Mean length of descriptors before they are normalised. */
  norm: z.number(),
  learningRate: z.number(),
  /** mAP of the validation photos in percent, at the steps where it is measured; else null. */
  heldOut: z.number().nullable(),
});
export type TrainingPoint = z.infer<typeof trainingPointSchema>;

export const splitSchema = z.object({
  trainingAlbums: z.array(
    z.object({
      id,
      name: z.string(),
      training: ids,
      /** Training sees these no more than those held out, but they decide when it stops: nothing is reported of them. */
      validation: z.array(id),
      heldOut: z.array(id),
    }),
  ),
  heldOutAlbums: z.array(z.object({ id, name: z.string(), photos: ids })),
});
export type Split = z.infer<typeof splitSchema>;

export const trainingPhases = ['preparing', 'training', 'measuring', 'saving'] as const;
export const trainingProgressSchema = z.object({
  runId: id,
  phase: z.enum(trainingPhases),
  ...pace,
});
export type TrainingProgress = z.infer<typeof trainingProgressSchema>;

const exampleSide = z.object({
  /** Average precision in percent. */
  precision: z.number(),
  /** The first results; `right` when of the query's album. */
  matches: z.array(z.object({ photoId: id, right: z.boolean() })),
});
export const exampleSchema = z.object({ photoId: id, before: exampleSide, after: exampleSide });
export type TrainingExample = z.infer<typeof exampleSchema>;

export const modelVersionSchema = z.object({
  id: modelId,
  name: z.string(),
  /** Null for the model that comes with Akin, and for imported ones whose parent is not here. */
  parentId: modelId.nullable(),
  madeAt: z.number().nullable(),
  /** Whether searches use it. */
  active: z.boolean(),
  /** Whether it served before the active one, and can serve again at once. */
  previous: z.boolean(),
  /** Null for models that were not trained here or elsewhere by Akin. */
  record: z
    .object({
      settings: trainingSettingsSchema,
      albums: z.array(z.object({ name: z.string(), photos: count })),
      backend: backendSchema,
      device: z.string(),
      figures: figuresSchema,
    })
    .nullable(),
  /** Photos of the library that it has described, of all. */
  described: count,
  photos: count,
  bytes: count,
});
export type ModelVersion = z.infer<typeof modelVersionSchema>;

export const modelsProgressSchema = z.object({
  phase: z.enum(['idle', 'describing', 'waiting']),
  /** The model that is to become active. */
  modelId: modelId.nullable(),
  ...pace,
});
export type ModelsProgress = z.infer<typeof modelsProgressSchema>;

const albumSchema = z.object({ id, name: z.string(), photos: count, cover: id.nullable() });

const cleaningSchema = z.object({
  /** Photos of the album's largest part that hangs together. */
  core: count,
  proposed: z.array(
    z.object({
      photoId: id,
      /** It matches no photo of the album, or only others outside the largest part. */
      reason: z.enum(['alone', 'other-part']),
      /** How many photos its part has. */
      part: count,
      /** The photo of the largest part that it resembles most, and their similarity. */
      nearest: z.object({ photoId: id, similarity: z.number() }).nullable(),
    }),
  ),
  /** Whether pairs were compared by local features, or only by regions. */
  method: z.enum(['verified', 'regions']),
});
export type Cleaning = z.infer<typeof cleaningSchema>;

const judgementSchema = z.object({ photoIds: z.tuple([id, id]), same: z.boolean() });
export type Judgement = z.infer<typeof judgementSchema>;

export const trainingRequests = {
  /** Makes one album of several, named as the first; the others go. Undone by `albums.unmerge`. */
  'albums.merge': { params: z.strictObject({ albumIds: z.array(id).min(2).max(1000) }), result: albumSchema },
  /** Undoes the merging that made this album, while the engine that did it runs. */
  'albums.unmerge': { params: z.strictObject({ albumId: id }), result: nothing },
  /** Moves photos of an album into a new one; `albums.merge` undoes it. */
  'albums.split': { params: z.strictObject({ albumId: id, photoIds: ids, name }), result: albumSchema },
  /** One album for each sub-folder with photos, named like it; those that there are already gain what is missing. */
  'albums.from-folders': {
    params: z.strictObject({ folderId: id }),
    result: z.object({ albumIds: z.array(id), photos: count }),
  },
  /**
   * One album for each set of photos that "same" judgements tie together, and that no album holds; one that holds some
   * of a set gains the others. Tells the albums that were made or gained photos.
   */
  'albums.from-judgements': {
    params: nothing,
    result: z.object({ albumIds: z.array(id), photos: count }),
  },
  'albums.clean': { params: z.strictObject({ albumId: id }), result: cleaningSchema },
  /** `same` null takes a judgement back. */
  'judgements.set': {
    params: z.strictObject({ photoIds: z.tuple([id, id]), same: z.boolean().nullable() }),
    result: nothing,
  },
  /** What was judged about a photo. */
  'judgements.of': {
    params: z.strictObject({ photoId: id }),
    result: z.array(z.object({ photoId: id, same: z.boolean() })),
  },
  'judgements.list': { params: nothing, result: z.array(judgementSchema) },
  'training.readiness': { params: z.strictObject({ source: trainingSourceSchema }), result: readinessSchema },
  /** Measures each backend, some seconds the first time. */
  'training.backends': { params: nothing, result: z.array(backendStateSchema) },
  'training.start': { params: trainingSettingsSchema, result: runSchema },
  'training.cancel': { params: nothing, result: nothing },
  'training.resume': { params: z.strictObject({ runId: id }), result: runSchema },
  /** Newest first. */
  'training.runs': { params: nothing, result: z.array(runSchema) },
  'training.run': {
    params: z.strictObject({ runId: id }),
    result: z.object({
      run: runSchema,
      points: z.array(trainingPointSchema),
      split: splitSchema.nullable(),
      progress: trainingProgressSchema.nullable(),
    }),
  },
  'training.examples': {
    params: z.strictObject({ runId: id }),
    result: z.object({ improved: z.array(exampleSchema), worse: z.array(exampleSchema) }),
  },
  /**
   * `accepted` makes a version and starts to use it, `kept` makes a version; `discarded` can be taken back, by these
   * or by null.
   */
  'training.decide': {
    params: z.strictObject({ runId: id, decision: decisionSchema.nullable(), name: name.optional() }),
    result: runSchema,
  },
  'models.list': { params: nothing, result: z.array(modelVersionSchema) },
  /** Describes the library with this model in the background, then uses it. At once where that is done already. */
  'models.use': { params: z.strictObject({ modelId }), result: nothing },
  /** Ends the describing; the active model stays. */
  'models.cancel': { params: nothing, result: nothing },
  /** Back to the model that was active before. */
  'models.rollback': { params: nothing, result: nothing },
  'models.rename': { params: z.strictObject({ modelId, name }), result: modelVersionSchema },
  'models.remove': { params: z.strictObject({ modelId }), result: nothing },
  /** Undoes `models.remove`, while the engine that did it runs. */
  'models.restore': { params: z.strictObject({ modelId }), result: modelVersionSchema },
  'models.progress': { params: nothing, result: modelsProgressSchema },
} as const;

const importedAlbumsSchema = z.object({ albumIds: z.array(id), photos: count, missing: count });
export type ImportedAlbums = z.infer<typeof importedAlbumsSchema>;

/** Requests that carry paths or files: main asks the user where to. */
export const trainingMainRequests = {
  'albums.export': { params: nothing, result: z.object({ content: bytes }) },
  'albums.import': {
    params: z.strictObject({ content: bytes }),
    result: importedAlbumsSchema,
  },
  /** Writes the model's folder into `path`, and tells where it lies now. */
  'models.export': {
    params: z.strictObject({ modelId, path: z.string().min(1) }),
    result: z.object({ path: z.string() }),
  },
  'models.import': { params: z.strictObject({ path: z.string().min(1) }), result: modelVersionSchema },
} as const;

export const trainingEvents = {
  'training.progress': trainingProgressSchema,
  'training.point': z.object({ runId: id, point: trainingPointSchema }),
  /** Runs came or changed. */
  'training.changed': nothing,
  'judgements.changed': nothing,
  'models.changed': nothing,
  'models.progress': modelsProgressSchema,
} as const;
