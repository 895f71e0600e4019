/** What is searched with, as the renderer keeps it, and how it goes to the engine. */
import type { Box, Filter, QueryPart, Refinement, SearchParams } from '../../src/api-search.ts';
import { asWireError } from './bridge.ts';
import type { OpenedPicture } from './opened-picture.svelte.ts';

/** A photo of the library or a picture from elsewhere: whole, or what is inside a box. */
export type Part = (
  | { readonly photoId: number; readonly picture?: never }
  | { readonly picture: OpenedPicture; readonly photoId?: never }
) & { readonly box?: Box | undefined };

/** How results are looked through: what stays when the search goes on from one of them. */
export interface Terms {
  readonly filter: Filter;
  /** What differs from the settings, for this search. */
  readonly refinement: Partial<Refinement>;
  /** Near-identical results show as one. */
  readonly collapse: boolean;
  readonly sort: 'score' | 'date';
}

export interface Query extends Terms {
  /** At least one. */
  readonly parts: readonly Part[];
  /** "Not like this". */
  readonly unlike: readonly Part[];
}

/** More matches than anyone looks through, few enough to come at once. */
const limit = 200;
/** The engine takes no more parts in one query. */
export const maximumParts = 64;

const plainTerms: Terms = { filter: {}, refinement: {}, collapse: false, sort: 'score' };

/** A query with the terms of another one, or with none. */
export function queryWith(
  parts: readonly Part[],
  { filter, refinement, collapse, sort } = plainTerms,
): Query {
  return { parts, unlike: [], filter, refinement, collapse, sort };
}

/** Asks the engine with parts as it takes them, and once more if it has forgotten a picture meanwhile. */
export async function askWithParts<Answer>(
  parts: readonly Part[],
  ask: (parts: QueryPart[]) => Promise<Answer>,
): Promise<Answer> {
  const pictures = parts.flatMap(({ picture }) => picture ?? []);
  try {
    return await ask(await Promise.all(parts.map(wirePart)));
  } catch (thrown) {
    if (asWireError(thrown).code !== 'picture-forgotten' || pictures.length === 0) throw thrown;
    for (const picture of pictures) picture.forgotten();
    return await ask(await Promise.all(parts.map(wirePart)));
  }
}

/** Asks the engine with a whole query. */
export function askWithQuery<Answer>(
  query: Query,
  ask: (params: SearchParams) => Promise<Answer>,
): Promise<Answer> {
  return askWithParts([...query.parts, ...query.unlike], (parts) => {
    const unlike = parts.slice(query.parts.length);
    const { filter, refinement, collapse, sort } = query;
    return ask({
      query: parts.slice(0, query.parts.length),
      ...(unlike.length > 0 && { unlike }),
      filter,
      refinement,
      collapse,
      sort,
      limit,
    });
  });
}

async function wirePart(part: Part): Promise<QueryPart> {
  const box = part.box && { box: part.box };
  return part.picture ? { pictureId: await part.picture.open(), ...box } : { photoId: part.photoId, ...box };
}
