/** One search: what was asked with, and what was found. It lives as long as its place in the history. */
import type { Photo, SearchResult, WireError } from '../../src/api.ts';
import { asWireError, bridge } from './bridge.ts';

export type Query = { kind: 'photo'; photoId: number } | { kind: 'picture'; file: File; name: string };

/** More matches than anyone looks through, few enough to come at once. */
const limit = 200;

export class Search {
  readonly query: Query;
  state = $state.raw<'running' | 'done' | 'failed'>('running');
  result = $state.raw<SearchResult | null>(null);
  error = $state.raw<WireError | null>(null);
  /** The query's photo, once it is known. */
  photo = $state.raw<Photo | null>(null);
  /** What to show of the query. */
  picture = $state.raw<string | null>(null);
  /** Upright width / height of the query. */
  aspect = $state.raw(1);

  constructor(query: Query) {
    this.query = query;
    void this.run();
  }

  get name(): string {
    return this.query.kind === 'picture' ? this.query.name : (this.photo?.name ?? '');
  }

  async run(): Promise<void> {
    this.state = 'running';
    this.error = null;
    try {
      this.result =
        this.query.kind === 'photo' ? await this.#byPhoto(this.query.photoId) : await this.#byPicture();
      this.state = 'done';
    } catch (thrown) {
      this.error = asWireError(thrown);
      this.state = 'failed';
    }
  }

  /** Shows the photo's thumbnail, which is still there when its file is not. */
  pictureFailed(): void {
    const thumbnail = this.query.kind === 'photo' ? `akin://thumbnail/${this.query.photoId}` : null;
    this.picture = this.picture === thumbnail ? null : thumbnail;
  }

  /** Frees the picture that was made for showing; the search must not be shown again. */
  dispose(): void {
    if (this.query.kind === 'picture' && this.picture) URL.revokeObjectURL(this.picture);
    this.picture = null;
  }

  async #byPhoto(photoId: number): Promise<SearchResult> {
    this.picture = `akin://photo/${photoId}?size=1024`;
    const photo = bridge.request('photos.get', { photoId }).then((known) => {
      this.photo = known;
      if (known.width > 0 && known.height > 0) this.aspect = known.width / known.height;
    });
    const [result] = await Promise.all([bridge.request('search.photo', { photoId, limit }), photo]);
    return result;
  }

  async #byPicture(): Promise<SearchResult> {
    if (this.query.kind !== 'picture') throw new TypeError('Not a picture');
    const content = new Uint8Array(await this.query.file.arrayBuffer());
    const result = await bridge.request('search.picture', { name: this.query.name, content, limit });
    this.dispose();
    this.picture = URL.createObjectURL(new Blob([new Uint8Array(result.thumbnail)], { type: 'image/jpeg' }));
    if (result.width > 0 && result.height > 0) this.aspect = result.width / result.height;
    return result;
  }
}
