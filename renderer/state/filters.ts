/** Filters as a set of single conditions, each of which can be taken away. */
import type { Filter, Tier } from '../../src/api-search.ts';

/** One thing that a filter asks for. */
export type Condition =
  | { kind: 'folder'; id: number }
  | { kind: 'album'; id: number }
  | { kind: 'camera'; camera: string | null }
  | { kind: 'format'; format: string }
  | { kind: 'tier'; tier: Tier }
  | { kind: 'from'; time: number }
  | { kind: 'to'; time: number }
  | { kind: 'not-in-same-folder' };

const dayLength = 86_400_000;

/** The conditions of a filter, in a fixed order. */
export function conditionsOf(filter: Filter): Condition[] {
  return [
    ...(filter.folderIds ?? []).map((id): Condition => ({ kind: 'folder', id })),
    ...(filter.albumIds ?? []).map((id): Condition => ({ kind: 'album', id })),
    ...(filter.from === undefined ? [] : [{ kind: 'from', time: filter.from } as const]),
    ...(filter.to === undefined ? [] : [{ kind: 'to', time: filter.to } as const]),
    ...(filter.cameras ?? []).map((camera): Condition => ({ kind: 'camera', camera })),
    ...(filter.formats ?? []).map((format): Condition => ({ kind: 'format', format })),
    ...(filter.tiers ?? []).map((tier): Condition => ({ kind: 'tier', tier })),
    ...(filter.notInSameFolder ? [{ kind: 'not-in-same-folder' } as const] : []),
  ];
}

/** Asks for a condition, or no longer; a further folder, album, camera, format or tier widens the filter. */
export function toggleCondition(filter: Filter, condition: Condition): Filter {
  switch (condition.kind) {
    case 'folder':
      return withList(filter, 'folderIds', toggled(filter.folderIds, condition.id));
    case 'album':
      return withList(filter, 'albumIds', toggled(filter.albumIds, condition.id));
    case 'camera':
      return withList(filter, 'cameras', toggled(filter.cameras, condition.camera));
    case 'format':
      return withList(filter, 'formats', toggled(filter.formats, condition.format));
    case 'tier':
      return withList(filter, 'tiers', toggled(filter.tiers, condition.tier));
    case 'from':
      return withTime(filter, 'from', filter.from === condition.time ? undefined : condition.time);
    case 'to':
      return withTime(filter, 'to', filter.to === condition.time ? undefined : condition.time);
    case 'not-in-same-folder': {
      const { notInSameFolder, ...rest } = filter;
      return notInSameFolder ? rest : { ...rest, notInSameFolder: true };
    }
  }
}

/** Sets an end of the range of dates; undefined leaves it open. */
export function withTime(filter: Filter, end: 'from' | 'to', time: number | undefined): Filter {
  const { [end]: _, ...rest } = filter;
  return time === undefined ? rest : { ...rest, [end]: time };
}

/** The first moment of a day written as 2024-05-22; undefined when it is no date. */
export function startOfDay(text: string): number | undefined {
  const time = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(time) ? undefined : time;
}

/** The first moment after such a day. */
export function endOfDay(text: string): number | undefined {
  const start = startOfDay(text);
  return start === undefined ? undefined : start + dayLength;
}

/** The day that a moment lies in, as 2024-05-22; empty for none. */
export function dayOf(time: number | undefined): string {
  return time === undefined || !(Math.abs(time) <= 8.64e15) ? '' : new Date(time).toISOString().slice(0, 10);
}

/** The last day before the end of a range of dates. */
export function lastDayBefore(time: number | undefined): string {
  return dayOf(time === undefined ? undefined : time - dayLength);
}

function toggled<Value>(values: readonly Value[] | undefined, value: Value): Value[] {
  const others = (values ?? []).filter((other) => other !== value);
  return others.length === (values?.length ?? 0) ? [...others, value] : others;
}

type ListName = 'folderIds' | 'albumIds' | 'cameras' | 'formats' | 'tiers';

/** An empty list would let nothing through: the condition goes with its last value. */
function withList<Name extends ListName>(
  filter: Filter,
  name: Name,
  values: NonNullable<Filter[Name]>,
): Filter {
  const { [name]: _, ...rest } = filter;
  return values.length === 0 ? rest : { ...rest, [name]: values };
}
