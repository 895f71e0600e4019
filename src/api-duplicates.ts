/** The part of the contract that is about duplicates: groups, what is kept, and what is removed and put back. */
import { z } from 'zod';

const id = z.int().positive();
const count = z.int().nonnegative();
const fraction = z.number().min(0).max(1);

/** Never mixed: the same picture, the same shot edited, another shot of the same thing. */
export const duplicateKindSchema = z.enum(['identical', 'near-duplicate', 'same-scene']);
export type DuplicateKind = z.infer<typeof duplicateKindSchema>;

export const editSchema = z.enum([
  'same-bytes',
  'same-pixels',
  're-saved',
  'resized',
  'cropped',
  'rotated',
  'mirrored',
  'straightened',
  'colours',
  'grey',
  'watermarked',
  'border',
  'screenshot',
]);
export type Edit = z.infer<typeof editSchema>;

/** In the order in which the user wants them asked; the first that tells two photos apart decides. */
export const keepRuleNames = [
  'protected',
  'resolution',
  'uncropped',
  'format',
  'file-size',
  'metadata',
  'oldest',
  'folder-order',
  'path-length',
] as const;
export const keepRuleSchema = z.enum(keepRuleNames);
export type KeepRule = z.infer<typeof keepRuleSchema>;

export const keepRulesSchema = z.strictObject({
  /** Each rule once; those that are off are skipped. `protected` is always first and on. */
  rules: z
    .array(z.strictObject({ rule: keepRuleSchema, on: z.boolean() }))
    .length(keepRuleNames.length)
    .refine((rules) => new Set(rules.map(({ rule }) => rule)).size === rules.length)
    .refine(([first]) => first?.rule === 'protected' && first.on),
  /** Folders, best first, for `folder-order`; those that are not named come after. */
  folderIds: z.array(id).max(10_000),
});
export type KeepRules = z.infer<typeof keepRulesSchema>;

/** Which groups are meant. */
export const duplicateScopeSchema = z.strictObject({
  kind: duplicateKindSchema,
  /** Pairs less certain than this do not count, 0 to 1. */
  strictness: fraction,
});
export type DuplicateScope = z.infer<typeof duplicateScopeSchema>;

export const duplicateGroupSummarySchema = z.object({
  /** The smallest photo id of the group. */
  id,
  keeper: id,
  /** Upright width / height of the keeper. */
  aspect: z.number(),
  photos: count,
  /** What removing all but the keeper would free; photos that are protected are not counted. */
  bytes: count,
  /** The photos that may be removed: all but the keeper and those that are protected. */
  removable: z.array(id),
  /** What removing each of them would free. */
  sizes: z.array(count),
  /** Of the least certain member. */
  certainty: fraction,
});
export type DuplicateGroupSummary = z.infer<typeof duplicateGroupSummarySchema>;

/** The groups in parallel columns: there may be tens of thousands. */
export const duplicateGroupsSchema = z.object({
  groups: z.array(duplicateGroupSummarySchema),
  /** Of all groups together. */
  photos: count,
  bytes: count,
});
export type DuplicateGroups = z.infer<typeof duplicateGroupsSchema>;

export const duplicatePhotoSchema = z.object({
  photoId: id,
  name: z.string(),
  /** Absolute, for display. */
  path: z.string(),
  width: count,
  height: count,
  bytes: count,
  format: z.string(),
  takenAt: z.number(),
  protected: z.boolean(),
  /** How it differs from the keeper; empty for the keeper. */
  edits: z.array(editSchema),
  /** The share of the keeper's area that it shows; 1 for the keeper. */
  overlap: fraction,
  certainty: fraction,
  residual: fraction,
  /** From this photo to the keeper, in fractions of the upright photos, row-major; null where nothing was aligned. */
  toKeeper: z.array(z.number()).length(9).nullable(),
  /** Further photos with the same content or pixels, which the identical groups deal with. */
  copies: z.array(id),
});
export type DuplicatePhoto = z.infer<typeof duplicatePhotoSchema>;

export const duplicateGroupSchema = z.object({
  id,
  kind: duplicateKindSchema,
  /** The keeper first. */
  photos: z.array(duplicatePhotoSchema).min(2),
  /** Photos outside the group that match a photo of it: a member but not the keeper, or a better keeper too. */
  related: z.array(id),
  /** The rule that told the keeper from the next best; null where the user chose it, or nothing told them apart. */
  decidedBy: keepRuleSchema.nullable(),
  /** Whether the user chose the keeper. */
  chosen: z.boolean(),
});
export type DuplicateGroup = z.infer<typeof duplicateGroupSchema>;

export const duplicatesProgressSchema = z.object({
  phase: z.enum(['idle', 'candidates', 'verifying', 'waiting']),
  done: count,
  total: count,
  rate: z.number().nonnegative(),
  etaSeconds: z.number().nonnegative().nullable(),
});
export type DuplicatesProgress = z.infer<typeof duplicatesProgressSchema>;

/** What a file says about itself, for a table of differences: names as in EXIF, values as text. */
export const photoFactsSchema = z.object({
  photoId: id,
  facts: z.array(z.object({ name: z.string(), value: z.string() })),
});
export type PhotoFactList = z.infer<typeof photoFactsSchema>;

const removedIds = z.array(id).min(1).max(100_000);
export const removalParamsSchema = duplicateScopeSchema.extend({
  photoIds: removedIds,
  /** Writes rating, keywords and position that only the removed copies have into a sidecar of the survivor. */
  mergeMetadata: z.boolean(),
});
export type RemovalParams = z.infer<typeof removalParamsSchema>;

export const removalSchema = z.object({
  id,
  /** Milliseconds since 1970. */
  at: z.number(),
  way: z.enum(['trash', 'folder']),
  /** The folder that the files were moved to; null for the trash. */
  folder: z.string().nullable(),
  photos: count,
  bytes: count,
  /** Some of its files can be put back. */
  undoable: z.boolean(),
});
export type Removal = z.infer<typeof removalSchema>;

const removalFailure = z.object({ photoId: id, path: z.string(), code: z.string(), reason: z.string() });
export const removalResultSchema = z.object({
  /** Null where nothing was removed. */
  removal: removalSchema.nullable(),
  failed: z.array(removalFailure),
});
export type RemovalResult = z.infer<typeof removalResultSchema>;

export const undoResultSchema = z.object({ restored: count, failed: z.array(removalFailure) });
export type UndoResult = z.infer<typeof undoResultSchema>;

export const removalProgressSchema = z.object({
  phase: z.enum(['idle', 'removing', 'restoring']),
  done: count,
  total: count,
  rate: z.number().nonnegative(),
  etaSeconds: z.number().nonnegative().nullable(),
});
export type RemovalProgress = z.infer<typeof removalProgressSchema>;

const nothing = z.strictObject({});
const orderSchema = z.enum(['size', 'certainty']);

/** Requests that the renderer may make. */
export const duplicateRequests = {
  /** Looks for duplicates in the background, and keeps what is found up to date from then on. */
  'duplicates.find': { params: nothing, result: nothing },
  /** Ends that; what was found stays. */
  'duplicates.cancel': { params: nothing, result: nothing },
  'duplicates.progress': {
    params: nothing,
    /** `asked` once `duplicates.find` was asked for and not cancelled since. */
    result: duplicatesProgressSchema.extend({ asked: z.boolean(), groups: count }),
  },
  'duplicates.list': {
    params: duplicateScopeSchema.extend({ order: orderSchema }),
    result: duplicateGroupsSchema,
  },
  /** The group that a photo is in. */
  'duplicates.group': { params: duplicateScopeSchema.extend({ photoId: id }), result: duplicateGroupSchema },
  'duplicates.facts': {
    params: z.strictObject({ photoIds: z.array(id).min(1).max(50) }),
    result: z.array(photoFactsSchema),
  },
  /** Makes a photo the keeper of its group, whatever the rules say. */
  'duplicates.choose': { params: duplicateScopeSchema.extend({ photoId: id }), result: duplicateGroupSchema },
  /** Lets the rules choose again. */
  'duplicates.unchoose': {
    params: duplicateScopeSchema.extend({ photoId: id }),
    result: duplicateGroupSchema,
  },
  /** Two photos, or all of a group, are no duplicates: they are not shown again until a new photo joins them. */
  'duplicates.dismiss': {
    params: z.strictObject({ photoIds: z.array(id).min(2).max(10_000) }),
    result: z.object({ dismissalId: id }),
  },
  'duplicates.undismiss': { params: z.strictObject({ dismissalId: id }), result: nothing },
  'keep-rules.get': { params: nothing, result: keepRulesSchema },
  'keep-rules.set': { params: keepRulesSchema, result: nothing },
  /** What the rules would remove: all photos but the keepers and what is protected. */
  'removal.propose': {
    params: duplicateScopeSchema,
    result: z.object({ photoIds: z.array(id), bytes: count }),
  },
  'removal.trash': { params: removalParamsSchema, result: removalResultSchema },
  'removal.cancel': { params: nothing, result: nothing },
  'removal.undo': { params: z.strictObject({ removalId: id }), result: undoResultSchema },
  /** Newest first. */
  'removal.list': { params: nothing, result: z.array(removalSchema) },
  'removal.progress': { params: nothing, result: removalProgressSchema },
} as const;

/** Requests that only the main process makes: they carry paths. */
export const duplicateMainRequests = {
  /** Moves files to a folder, each at its place below its own folder. */
  'removal.move': {
    params: removalParamsSchema.extend({ folder: z.string().min(1) }),
    result: removalResultSchema,
  },
  'duplicates.export': {
    params: duplicateScopeSchema.extend({ order: orderSchema, format: z.enum(['csv', 'json']) }),
    result: z.object({ content: z.instanceof(Uint8Array) as z.ZodType<Uint8Array, Uint8Array> }),
  },
} as const;

export const duplicateEvents = {
  'duplicates.progress': duplicatesProgressSchema,
  /** Groups came, went or changed: ask again for what is on screen. */
  'duplicates.changed': nothing,
  'removal.progress': removalProgressSchema,
} as const;
