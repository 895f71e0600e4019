/**
 * Answers the requests of `api.ts` from one library, and passes its events on. A request is checked against its
 * schema before anything runs, its result before it leaves.
 */
import { mainRequests, requests } from './api.ts';
import type { EngineRequestName, EventData, EventName, Params, Result } from './api.ts';
import { AkinError } from './errors.ts';
import { effects } from './library-settings.ts';
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
    library.on('verified', (event) => emit('search.verified', event));
    library.on('albums', (albums) => emit('albums.changed', { albums }));
    library.on('judgements', () => emit('judgements.changed', {}));
    library.on('places', (places) => emit('places.changed', { places }));
    library.on('placesProgress', (progress) => emit('places.progress', progress));
    library.on('duplicatesProgress', (progress) => emit('duplicates.progress', progress));
    library.on('duplicates', () => emit('duplicates.changed', {}));
    library.on('removalProgress', (progress) => emit('removal.progress', progress));
    library.training.on('progress', (progress) => emit('training.progress', progress));
    library.training.on('point', (point) => emit('training.point', point));
    library.training.on('changed', () => emit('training.changed', {}));
    library.on('models', () => emit('models.changed', {}));
    library.on('modelsProgress', (progress) => emit('models.progress', progress));
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
    'folders.set-role': ({ folderId, role }) => library.setFolderRole(folderId, role),
    'photos.timeline': ({ folderId }) => library.timeline(folderId),
    'photos.get': ({ photoId }) => library.photo(photoId),
    'photos.path': ({ photoId }) => ({ path: library.photo(photoId).path }),
    'photos.thumbnail': ({ photoId }) => library.thumbnail(photoId),
    'photos.rendering': ({ photoId, longSide }) => library.rendering(photoId, longSide),
    'failures.list': () => library.failures(),
    'photos.facets': () => library.facets(),
    'pictures.open': ({ name, content }) => library.pictures.open(name, content),
    'search.run': (params, signal) => library.search.run(params, signal),
    'search.verify': (params, signal) => library.search.verify(params, signal),
    'search.cancel': ({ key }) => library.search.cancel(key),
    'search.export': (params, signal) => library.search.export(params, signal),
    'search.localise': ({ query, photoIds }, signal) => library.evidence.localise(query, photoIds, signal),
    'search.heat': ({ query, photoId }) => library.evidence.heat(query, photoId),
    'search.evidence': ({ query, photoId }) => library.evidence.proof(query, photoId),
    'albums.list': () => library.albums.list(),
    'albums.photos': ({ albumId }) => library.albums.photos(albumId),
    'albums.create': ({ name, photoIds }) => library.albums.create(name, photoIds),
    'albums.rename': ({ albumId, name }) => library.albums.rename(albumId, name),
    'albums.add': ({ albumId, photoIds }) => library.albums.add(albumId, photoIds),
    'albums.take': ({ albumId, photoIds }) => library.albums.take(albumId, photoIds),
    'albums.remove': ({ albumId }) => library.albums.remove(albumId),
    'albums.restore': ({ albumId }) => library.albums.restore(albumId),
    'albums.merge': ({ albumIds }) => library.albums.merge(albumIds),
    'albums.unmerge': ({ albumId }) => library.albums.unmerge(albumId),
    'albums.split': ({ albumId, photoIds, name }) => library.albums.split(albumId, photoIds, name),
    'albums.from-folders': ({ folderId }) => library.albums.fromFolder(folderId),
    'albums.from-judgements': () => library.albums.fromJudgements(),
    'albums.export': () => library.albums.export(),
    'albums.import': ({ content }) => library.albums.import(content),
    'albums.clean': ({ albumId }, signal) => library.albums.clean(albumId, signal),
    'judgements.set': ({ photoIds, same }) => library.judgements.set(photoIds, same),
    'judgements.of': ({ photoId }) => library.judgements.of(photoId),
    'judgements.list': () => library.judgements.list(),
    'albums.evaluate': (_params, signal) => library.albums.evaluate(signal),
    'places.list': () => library.places.list(),
    'places.progress': () => library.places.progress,
    'places.photos': ({ placeId }) => library.places.photos(placeId),
    'places.build': () => library.background.buildPlaces(),
    'places.cancel': () => library.background.cancelPlaces(),
    'places.rename': ({ placeId, name }) => library.places.rename(placeId, name),
    'places.split': ({ placeId, photoIds }) => library.places.split(placeId, photoIds),
    'places.merge': ({ placeIds, photoIds }) => library.places.merge(placeIds, photoIds),
    'places.album': ({ placeId, name }) => library.places.album(placeId, name),
    'duplicates.find': () => library.background.findDuplicates(),
    'duplicates.cancel': () => library.background.cancelDuplicates(),
    'duplicates.progress': () => ({
      ...library.background.duplicatesProgress(),
      groups: library.duplicates.count(),
    }),
    'duplicates.list': (params) => library.duplicates.list(params),
    'duplicates.group': (params) => library.duplicates.group(params),
    'duplicates.facts': ({ photoIds }) => library.duplicates.facts(photoIds),
    'duplicates.choose': (params) => library.duplicates.choose(params),
    'duplicates.unchoose': (params) => library.duplicates.unchoose(params),
    'duplicates.dismiss': ({ photoIds }) => library.duplicates.dismiss(photoIds),
    'duplicates.undismiss': ({ dismissalId }) => library.duplicates.undismiss(dismissalId),
    'duplicates.export': (params) => library.duplicates.export(params),
    'keep-rules.get': () => library.duplicates.keepRules(),
    'keep-rules.set': (rules) => library.duplicates.setKeepRules(rules),
    'removal.trash': (params, signal) => library.removal.trash(params, signal),
    'removal.move': (params, signal) => library.removal.move(params, signal),
    'removal.cancel': () => library.removal.cancel(),
    'removal.undo': ({ removalId }, signal) => library.removal.undo(removalId, signal),
    'removal.list': () => library.removal.list(),
    'removal.progress': () => library.removal.progress,
    'removal.propose': (scope) => library.duplicates.propose(scope),
    'training.readiness': ({ source }) => library.training.readiness(source),
    'training.backends': () => library.training.backends(),
    'training.start': (settings) => library.training.start(settings),
    'training.cancel': () => library.training.cancel(),
    'training.resume': ({ runId }) => library.training.resume(runId),
    'training.runs': () => library.training.runs(),
    'training.run': ({ runId }) => library.training.run(runId),
    'training.examples': ({ runId }) => library.training.examples(runId),
    'training.decide': ({ runId, decision, name }) => library.training.decide(runId, decision, name),
    'models.list': () => library.models.versions.list(),
    'models.use': ({ modelId }) => library.models.use(modelId),
    'models.cancel': () => library.models.cancel(),
    'models.rollback': () => library.models.rollback(),
    'models.rename': ({ modelId, name }) => library.models.versions.rename(modelId, name),
    'models.remove': ({ modelId }) => library.models.versions.remove(modelId),
    'models.restore': ({ modelId }) => library.models.versions.restore(modelId),
    'models.progress': () => library.models.progress,
    'models.export': ({ modelId, path }) => library.models.versions.export(modelId, path),
    'models.import': ({ path }) => library.models.versions.import(path),
    'settings.get': () => ({ ...library.settings(), effects }),
    'settings.set': (settings) => library.set(settings),
    'indexing.start': () => library.scan(),
    'indexing.pause': () => library.pause(),
    'indexing.resume': () => library.resume(),
    'indexing.cancel': () => library.cancel(),
    'samples.add': (_params, signal) => library.addSamples(signal),
    'engine.stop': () => ({}),
  };
}
