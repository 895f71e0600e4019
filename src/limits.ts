/** Limits that the renderer needs as well, kept apart from `api.ts` so that it need not carry the schemas. */

/** A picture that is not in the library may be this large, in bytes. */
export const maximumQueryBytes = 256 * 1024 * 1024;

/** How certain pairs of duplicates must be, from 0 to 1, until the user wants it otherwise. */
export const standardStrictness = 0.5;

/** The least that can be learnt from: so many albums, of so many photos each. */
export const leastAlbums = 6;
export const leastPhotos = 4;
