import type { ModelsProgress } from '../api-training.ts';
import type { LibraryModels } from '../library-models.ts';
import { ProgressLine } from './progress-line.ts';

/** Shows how the library is described by another model, while `work` goes on. */
export async function showDescribing(models: LibraryModels, work: () => Promise<void>): Promise<void> {
  const line = new ProgressLine('Describing');
  const show = ({ phase, ...pace }: ModelsProgress) =>
    line.show({ ...pace, phase: phase === 'idle' ? phase : 'indexing', failed: 0 });
  models.on('progress', show);
  try {
    await work();
  } finally {
    line.clear();
    models.off('progress', show);
  }
}
