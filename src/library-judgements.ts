/** The rules for what the user judges about pairs of photos. */
import type { Judgement } from './api-training.ts';
import type { Catalog } from './catalog/catalog.ts';
import { AkinError } from './errors.ts';

export class LibraryJudgements {
  readonly #catalog: Catalog;
  readonly #changed: () => void;

  /** @param changed told after each change */
  constructor(catalog: Catalog, changed: () => void) {
    this.#catalog = catalog;
    this.#changed = changed;
  }

  /**
   * @param same null takes the judgement back; where there is none, that is no error
   * @throws AkinError `photo-unknown`; `bad-request` for a photo and itself
   */
  set([one, other]: readonly [number, number], same: boolean | null): Record<string, never> {
    const { judgements, photos } = this.#catalog;
    if (one === other) throw new AkinError('bad-request', { reason: 'a photo is judged against another' });
    if (!photos.get(one) || !photos.get(other)) throw new AkinError('photo-unknown');
    this.#catalog.decide(() =>
      same === null ? judgements.takeBack(one, other) : judgements.set(one, other, same),
    );
    this.#changed();
    return {};
  }

  /** What was judged about a photo. @throws AkinError `photo-unknown` */
  of(photoId: number): { photoId: number; same: boolean }[] {
    if (!this.#catalog.photos.get(photoId)) throw new AkinError('photo-unknown');
    return this.#catalog.judgements.of(photoId);
  }

  list(): Judgement[] {
    return this.#catalog.judgements.list().map(({ a, b, same }) => ({ photoIds: [a, b], same }));
  }
}
