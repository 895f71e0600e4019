import path from 'node:path';
import { z } from 'zod';
import { checkBox, checkJunk, damaged, photosOf, PhotoNames, readText, without } from '../dataset-folder.ts';
import type { DatasetFolder } from '../dataset-folder.ts';
import type { Query, Questions } from '../query.ts';

const names = z.array(z.string());
const schema = z.object({
  groups: z.record(z.string(), z.object({ good: names, ok: names, junk: names })),
  queries: z.array(z.object({ group: z.string(), image: z.string(), box: z.array(z.number()) })).optional(),
});
type Truth = z.infer<typeof schema>;

/**
 * `truth.json` beside `photos/`: the groups of the Oxford buildings in one file. Every good photo is a query, and the
 * other good and ok photos of its group are right. `queries` are boxes, `[left, top, right, bottom]` in pixels.
 */
export async function readTruth(folder: DatasetFolder): Promise<Questions | null> {
  if (!folder.files.includes('truth.json')) return null;
  const source = path.join(folder.root, 'truth.json');
  const { groups, queries: boxes = [] } = parseTruth(await readText(source), source);
  const inPhotos = photosOf(folder).filter((photo) => path.dirname(photo) === 'photos');
  const found = new PhotoNames(inPhotos.map((photo) => path.join(folder.root, photo)));
  const read = new Map(
    Object.entries(groups).map(([group, truth]) => [group, readGroup(truth, found, source)]),
  );
  const queries = [...read].flatMap(([group, { good, positives, junk }]) =>
    good.map((photo): Query => ({ photo, positives: without(positives, photo), junk, group })),
  );
  const boxQueries = boxes.map(({ group, image, box }): Query => {
    const truth = read.get(group);
    if (!truth) throw damaged(source, `a query names the group ${group}, which is not there`);
    const photo = found.placeOf(image, source);
    const { positives, junk } = truth;
    return { photo, positives: without(positives, photo), junk, group, box: checkBox(box, source) };
  });
  const asked = queries.filter(({ positives }) => positives.size > 0);
  if (asked.length === 0) throw damaged(source, 'no good photo has another one to be found');
  return {
    photos: found.photos,
    queries: asked,
    boxQueries: boxQueries.filter(({ positives }) => positives.size > 0),
  };
}

function readGroup(truth: Truth['groups'][string], found: PhotoNames, source: string) {
  const [good, ok, junk] = [truth.good, truth.ok, truth.junk].map((list) =>
    [...new Set(list)].map((name) => found.placeOf(name, source)),
  ) as [number[], number[], number[]];
  const group = { good, positives: new Set([...good, ...ok]), junk: new Set(junk) };
  checkJunk(group.positives, group.junk, found.photos, source);
  return group;
}

function parseTruth(text: string, source: string): Truth {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw damaged(source, 'it is not JSON', error);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw damaged(source, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unreadable'}`, parsed.error);
}
