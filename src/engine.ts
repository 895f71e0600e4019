/**
 * Answers the requests of `api.ts` from one library, and passes its events on. A request is checked against its
 * schema before anything runs, its result before it leaves.
 */
import { mainRequests, requests } from './api.ts';
import type { EngineRequestName, EventData, EventName, Params, Result } from './api.ts';
import { AkinError } from './errors.ts';
import type { Library } from './library.ts';

type Handlers = {
  [Name in EngineRequestName]: (
    params: Params<Name>,
    signal: AbortSignal,
  ) => Promise<Result<Name>> | Result<Name>;
};
type Emit = <Name extends EventName>(name: Name, data: EventData<Name>) => void;

const contract = { ...requests, ...mainRequests };

export class Engine {
  readonly #library: Library;
  readonly #handlers: Handlers;

  constructor(library: Library, emit: Emit) {
    this.#library = library;
    this.#handlers = handlersOf(library);
    library.on('progress', (progress) => emit('indexing.progress', progress));
    library.on('changed', (photos) => emit('library.changed', { photos }));
    library.on('notice', ({ code, details }) => emit('library.notice', { code, details: { ...details } }));
  }

  /** Begins the work that nobody asked for: notices, loading the model and the index, the first scan. */
  begin(): void {
    this.#library.begin();
  }

  /**
   * @throws AkinError `bad-request` for an unknown name or parameters outside the schema, and whatever the request
   *   itself throws
   */
  async request(name: string, params: unknown, signal: AbortSignal): Promise<unknown> {
    if (!Object.hasOwn(contract, name)) throw new AkinError('bad-request');
    const known = name as EngineRequestName;
    const parsed = contract[known].params.safeParse(params);
    if (!parsed.success) throw new AkinError('bad-request', {}, { cause: parsed.error });
    const handler = this.#handlers[known] as (params: unknown, signal: AbortSignal) => unknown;
    try {
      return contract[known].result.parse(await handler(parsed.data, signal));
    } catch (error) {
      throw this.#library.explain(error);
    }
  }
}

function handlersOf(library: Library): Handlers {
  return {
    'library.status': () => library.status(),
    'folders.list': () => library.folders(),
    'folders.add': ({ path }) => library.addFolder(path),
    'folders.remove': ({ folderId }) => library.removeFolder(folderId),
    'folders.restore': ({ folderId }) => library.restoreFolder(folderId),
    'photos.timeline': ({ folderId }) => library.timeline(folderId),
    'photos.get': ({ photoId }) => library.photo(photoId),
    'photos.path': ({ photoId }) => ({ path: library.photo(photoId).path }),
    'photos.thumbnail': ({ photoId }) => library.thumbnail(photoId),
    'photos.rendering': ({ photoId, longSide }) => library.rendering(photoId, longSide),
    'failures.list': () => library.failures(),
    'search.photo': ({ photoId, limit }, signal) => library.searchPhoto(photoId, limit, signal),
    'search.picture': ({ name, content, limit }, signal) =>
      library.searchPicture(name, content, limit, signal),
    'indexing.start': () => library.scan(),
    'indexing.pause': () => library.pause(),
    'indexing.resume': () => library.resume(),
    'indexing.cancel': () => library.cancel(),
    'samples.add': (_params, signal) => library.addSamples(signal),
    'engine.stop': () => ({}),
  };
}
