/** The rows of a table that has a column for each photo. */

export interface MetadataRow {
  name: string;
  /** One for each photo; empty where it says nothing. */
  values: string[];
  differs: boolean;
}

/** @param values one for each photo */
export function metadataRow(name: string, values: readonly string[]): MetadataRow {
  return { name, values: [...values], differs: new Set(values).size > 1 };
}

/** A row for each name that any of the files uses, in the order in which they come up. */
export function factRows(
  photoIds: readonly number[],
  lists: readonly { photoId: number; facts: readonly { name: string; value: string }[] }[],
): MetadataRow[] {
  const known = new Map(
    lists.map(({ photoId, facts }) => [photoId, new Map(facts.map(({ name, value }) => [name, value]))]),
  );
  const names = new Set(lists.flatMap(({ facts }) => facts.map(({ name }) => name)));
  return [...names].map((name) =>
    metadataRow(
      name,
      photoIds.map((photoId) => known.get(photoId)?.get(name) ?? ''),
    ),
  );
}
