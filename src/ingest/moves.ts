/** Photos whose files are gone, until it is clear whether they were deleted or moved. */
import type { ScanResult } from './scan.ts';

type Gone = ScanResult['gone'][number];

export class Moves {
  readonly #gone: Map<number, Gone>;
  #failures: Gone[];

  constructor(gone: readonly Gone[]) {
    this.#failures = gone.filter(({ photoId }) => photoId === null);
    this.#gone = new Map(gone.flatMap((file) => (file.photoId === null ? [] : [[file.photoId, file]])));
  }

  /** Takes what cannot have been moved: failures, and photos of a size that no new file has. */
  takeDeleted(newSizes: ReadonlySet<number>): Gone[] {
    const deleted = this.#failures;
    this.#failures = [];
    for (const [photoId, file] of this.#gone) {
      if (newSizes.has(file.size)) continue;
      this.#gone.delete(photoId);
      deleted.push(file);
    }
    return deleted;
  }

  /** Of photos with the content of a new file, takes one whose own file is gone: it has moved. */
  claim(photoIds: readonly number[]): number | null {
    const moved = photoIds.find((photoId) => this.#gone.delete(photoId));
    return moved ?? null;
  }

  /** Takes all that nobody claimed: deleted after all. */
  takeRest(): Gone[] {
    const rest = [...this.#gone.values()];
    this.#gone.clear();
    return rest;
  }
}
