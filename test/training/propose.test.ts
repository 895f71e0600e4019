import { describe, expect, it } from 'vitest';
import { candidateShares, propose } from '../../src/training/propose.ts';

/** A model that forgets in proportion to the share, and gains with it. */
async function measured(kept: (share: number) => number | null) {
  const tried: number[] = [];
  const proposal = await propose(50, (share) => {
    tried.push(share);
    return Promise.resolve({ share, kept: kept(share), validation: 50 + 20 * share });
  });
  return { tried, proposal };
}

describe('the share that is proposed', () => {
  it('is the largest that keeps enough, and no smaller one is measured', async () => {
    const { tried, proposal } = await measured((share) => 1 - 0.5 * share);
    expect(proposal.share).toBe(0.5);
    expect(proposal).toMatchObject({ kept: 0.75, validation: 60, better: true });
    expect(tried).toEqual([1, 0.7, 0.5]);
  });

  it('is everything where nothing is forgotten, or nothing can be told', async () => {
    expect((await measured(() => 0.9)).proposal.share).toBe(1);
    const { tried, proposal } = await measured(() => null);
    expect([tried, proposal.share]).toEqual([[1], 1]);
  });

  it('is the smallest where each of them forgets too much', async () => {
    const { tried, proposal } = await measured(() => 0.1);
    expect(proposal.share).toBe(0.15);
    expect(tried).toEqual(candidateShares);
  });

  it('is not called better where it is not, as far as one can tell', async () => {
    const measure = (validation: number | null) => (share: number) =>
      Promise.resolve({ share, kept: 1, validation });
    expect((await propose(50, measure(49))).better).toBe(false);
    expect((await propose(50, measure(50))).better).toBe(false);
    expect((await propose(50, measure(51))).better).toBe(true);
    expect((await propose(null, measure(null))).better).toBe(true);
  });
});
