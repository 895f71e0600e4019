/** The proof that a photo shows what a query shows. */
import type { Evidence } from '../../src/api-search.ts';
import { bridge } from './bridge.ts';
import { askWithParts } from './search-query.ts';
import type { Part } from './search-query.ts';

export interface Proof {
  /** The part of the query that agrees best. */
  part: Part;
  evidence: Evidence;
}

/** Compares a photo with each part of a query; of those that agree equally well, the first one is the proof. */
export async function findProof(parts: readonly Part[], photoId: number): Promise<Proof> {
  let best: Proof | null = null;
  for (const part of parts) {
    const evidence = await askWithParts([part], ([query]) => {
      if (!query) throw new RangeError('A query has a part');
      return bridge.request('search.evidence', { query, photoId });
    });
    if (!best || evidence.verified > best.evidence.verified) best = { part, evidence };
  }
  if (!best) throw new RangeError('A query has a part');
  return best;
}
