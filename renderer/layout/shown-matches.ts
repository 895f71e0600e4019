/** What the grid of results shows: in which order, under which headings, and with which copies unfolded. */
import type { Match, SearchResult, Tier } from '../../src/api-search.ts';
import { tierSections } from './tier-sections.ts';

export interface ShownMatches {
  /** [photos] matches, each followed by its copies where they are unfolded. */
  ids: number[];
  /** [photos] upright width / height. */
  aspects: number[];
  /** [photos] the match that each photo is, or is a copy of. */
  matches: Match[];
  /** [photos] the place of each match among the matches, from 1; copies have that of theirs. */
  places: number[];
  /** [sections] the first photo of each section. */
  start: number[];
  /** [sections] the tier of each section; empty when results are in order of date, which cuts across tiers. */
  tiers: Tier[];
}

/**
 * @param unfolded matches whose copies show, by photo
 * @param aspectOf upright width / height of a copy
 */
export function shownMatches(
  result: SearchResult | null,
  sort: 'score' | 'date',
  unfolded: ReadonlySet<number>,
  aspectOf: (photoId: number) => number,
): ShownMatches {
  const all = result?.matches ?? [];
  const sections =
    sort === 'date'
      ? { order: [...all.keys()], start: all.length > 0 ? [0] : [], tiers: [] }
      : tierSections(all);
  const shown: ShownMatches = {
    ids: [],
    aspects: [],
    matches: [],
    places: [],
    start: [],
    tiers: sections.tiers,
  };
  for (const [rank, place] of sections.order.entries()) {
    if (sections.start.includes(rank)) shown.start.push(shown.ids.length);
    const match = all[place];
    if (!match) continue;
    const add = (photoId: number, aspect: number) => {
      shown.ids.push(photoId);
      shown.aspects.push(aspect);
      shown.matches.push(match);
      shown.places.push(rank + 1);
    };
    add(match.photoId, result?.aspects[place] ?? 1);
    if (unfolded.has(match.photoId)) for (const copy of match.copies ?? []) add(copy, aspectOf(copy));
  }
  return shown;
}
