/**
 * Albums and judgements as a file, to be taken to another machine or kept: JSON in UTF-8, an object with
 * - `format`: "akin-albums", and `version`: 1; fields may be added without another version;
 * - `albums`: each with its `name` and its `photos`;
 * - `judgements`: each with the two `photos` of a pair, and whether they show the `same`.
 *
 * A photo is an object with its `path` in the folder of the library that it lies in, parted by `/`, and the `sha256` of
 * its file as 64 hexadecimal digits. It is known again by its content, wherever it lies; else by its path.
 */
import { z } from 'zod';
import { AkinError } from '../errors.ts';

const format = 'akin-albums';
const newest = 1;
/** Bytes: a million photos. */
const largestFile = 256 * 2 ** 20;

const photoSchema = z.object({
  path: z.string().min(1).max(65_536),
  sha256: z.string().regex(/^[0-9a-f]{64}$/i),
});
const fileSchema = z.object({
  albums: z.array(z.object({ name: z.string().trim().min(1).max(200), photos: z.array(photoSchema) })),
  judgements: z
    .array(z.object({ photos: z.tuple([photoSchema, photoSchema]), same: z.boolean() }))
    .default([]),
});
const headerSchema = z.object({ format: z.literal(format), version: z.int().positive() });

export type FiledPhoto = z.output<typeof photoSchema>;
/** Without the header. */
export type AlbumsFile = z.output<typeof fileSchema>;

export function encodeAlbums({ albums, judgements }: AlbumsFile): Uint8Array {
  const text = JSON.stringify({ format, version: newest, albums, judgements }, null, 1);
  return new TextEncoder().encode(`${text}\n`);
}

/** @throws AkinError `albums-damaged` for anything but what `encodeAlbums` of this or an earlier Akin gives */
export function decodeAlbums(content: Uint8Array): AlbumsFile {
  if (content.length > largestFile) throw damaged('it is too large');
  const value = parse(content);
  const header = headerSchema.safeParse(value);
  if (!header.success) throw damaged('it is no file of albums', header.error);
  const { version } = header.data;
  if (version > newest) throw damaged(`a newer Akin made it (version ${version}, this one knows ${newest})`);
  const file = fileSchema.safeParse(value);
  if (file.success) return file.data;
  const [issue] = file.error.issues;
  throw damaged(`${issue!.path.join('.') || 'it'}: ${issue!.message}`, file.error);
}

function parse(content: Uint8Array): unknown {
  try {
    // Whatever nests too deep for the parser ends here, too.
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content));
  } catch (error) {
    throw damaged('it is no JSON', error);
  }
}

function damaged(reason: string, cause?: unknown): AkinError {
  return new AkinError('albums-damaged', { reason }, { cause });
}
