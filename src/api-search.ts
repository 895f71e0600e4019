/** The part of the contract that is about searching: what may be asked with, and what comes back. */
import { z } from 'zod';

const id = z.int().positive();
const count = z.int().nonnegative();
const bytes = z.instanceof(Uint8Array) as z.ZodType<Uint8Array, Uint8Array>;

/** How sure Akin is that two photos belong together, from surest to least. */
export const tierSchema = z.enum(['identical', 'near-duplicate', 'same-scene', 'similar']);
export type Tier = z.infer<typeof tierSchema>;

const fraction = z.number().min(0).max(1);

/** [x, y, width, height] as fractions of the upright photo, from its top left corner. */
export const boxSchema = z.tuple([fraction, fraction, fraction, fraction]);
export type Box = z.infer<typeof boxSchema>;

export const matchSchema = z.object({
  photoId: id,
  /** What it was ranked by; a verified match may be above 1. */
  score: z.number(),
  /** How alike the two are, from -1 to 1, whatever it was ranked by: what the tier is told from. */
  similarity: z.number(),
  tier: tierSchema,
  /** Where the photo matches best, by its stored regions; absent where that was not looked for. */
  box: boxSchema.optional(),
  /** How many keypoints agree on one geometry; absent where that was not looked for, 0 where they do not agree. */
  verified: count.optional(),
  /** Near-identical photos that this one stands for, when they are collapsed. */
  copies: z.array(id).optional(),
});
export type Match = z.infer<typeof matchSchema>;

/** A photo of the library, or a picture that `pictures.open` took in: whole, or what is inside a box. */
export const queryPartSchema = z.union([
  z.strictObject({ photoId: id, box: boxSchema.optional() }),
  z.strictObject({ pictureId: id, box: boxSchema.optional() }),
]);
export type QueryPart = z.infer<typeof queryPartSchema>;

/** Which photos may be results at all; parts that are given must all hold. */
export const filterSchema = z.strictObject({
  folderIds: z.array(id).max(1000).optional(),
  albumIds: z.array(id).max(1000).optional(),
  /** Null is a camera that is not known. */
  cameras: z.array(z.string().nullable()).max(1000).optional(),
  formats: z.array(z.string()).max(100).optional(),
  /** As `Photo.takenAt`; from inclusive, to exclusive. */
  from: z.number().optional(),
  to: z.number().optional(),
  tiers: z.array(tierSchema).optional(),
  /** Only photos that lie in another folder on disk than the first query photo. */
  notInSameFolder: z.boolean().optional(),
});
export type Filter = z.infer<typeof filterSchema>;

/** What is done after the first ranking; each costs time and gains what `settings.get` tells. */
export const refinementSchema = z.strictObject({
  /** Compares the stored regions of the first 200: their best pair, or the sum over the query's regions. */
  regional: z.enum(['off', 'best-pair', 'sum']),
  /** Asks again with the query and its best matches together. */
  expansion: z.enum(['off', 'average', 'alpha', 'verified']),
  /** Lets each of the first 1,000 stand for its neighbours too. */
  augmentation: z.boolean(),
  /** Compares keypoints of the first 100: proof, and it moves proven matches up. */
  verification: z.boolean(),
});
export type Refinement = z.infer<typeof refinementSchema>;

export const searchParamsSchema = z.strictObject({
  query: z.array(queryPartSchema).min(1).max(64),
  /** "Not like this": examples that results should be unlike. */
  unlike: z.array(queryPartSchema).max(64).optional(),
  filter: filterSchema.optional(),
  /** Default: what the settings say. */
  refinement: refinementSchema.partial().optional(),
  /** Shows near-identical results as one. */
  collapse: z.boolean().optional(),
  sort: z.enum(['score', 'date']).optional(),
  limit: z.int().min(1).max(1000),
});
export type SearchParams = z.infer<typeof searchParamsSchema>;

export const searchResultSchema = z.object({
  matches: z.array(matchSchema),
  /** Upright width / height, one for each match. */
  aspects: z.array(z.number()),
  milliseconds: z.number(),
});
export type SearchResult = z.infer<typeof searchResultSchema>;

const points = z.instanceof(Float32Array) as z.ZodType<Float32Array>;
export const heatMapSchema = z.object({
  /** Cells. */
  width: count,
  height: count,
  /** [height, width], from 0 (nothing alike) to 1. */
  values: points,
});
export type HeatMap = z.infer<typeof heatMapSchema>;

/** What verification found between a query and a photo. */
export const evidenceSchema = z.object({
  verified: count,
  /** [pairs, 4]: x and y on the query, then on the photo, as fractions of the upright pictures. */
  pairs: points,
  /** The corners of the query on the photo, in order, as [4, 2] fractions; null when nothing is verified. */
  outline: points.nullable(),
});
export type Evidence = z.infer<typeof evidenceSchema>;

export const pictureSchema = z.object({ pictureId: id, thumbnail: bytes, width: count, height: count });
export type Picture = z.infer<typeof pictureSchema>;
