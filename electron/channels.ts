/** What crosses between main and the preload script. */
import type { WireError } from '../src/api.ts';

export type Channel =
  | 'akin:request'
  | 'akin:choose-folder'
  | 'akin:restore-folder'
  | 'akin:export-matches'
  | 'akin:export-duplicates'
  | 'akin:move-duplicates'
  | 'akin:export-albums'
  | 'akin:import-albums'
  | 'akin:export-model'
  | 'akin:import-model'
  | 'akin:reveal-photo';
export type Answer = { result: unknown } | { error: WireError };
