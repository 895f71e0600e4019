/** What a library tells, by name. */
import type { EventData, Progress } from './api.ts';
import type { AkinError } from './errors.ts';

export interface LibraryEvents {
  progress: [Progress];
  /** Photos or folders came or went; with the number of photos now. */
  changed: [number];
  notice: [AkinError];
  verified: [EventData<'search.verified'>];
  albums: [number];
  judgements: [];
  places: [number];
  placesProgress: [EventData<'places.progress'>];
  duplicates: [];
  models: [];
  modelsProgress: [EventData<'models.progress'>];
  removalProgress: [EventData<'removal.progress'>];
  duplicatesProgress: [EventData<'duplicates.progress'>];
}
