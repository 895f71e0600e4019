import fc from 'fast-check';
import { expect, it } from 'vitest';
import { connectedComponents } from '../../src/training/components.ts';

it('are what a walk along the edges reaches', () => {
  const graph = fc.integer({ min: 1, max: 12 }).chain((count) => {
    const node = fc.nat(count - 1);
    return fc.record({
      nodes: fc.shuffledSubarray(
        Array.from({ length: count }, (_, at) => at),
        { minLength: count },
      ),
      edges: fc.array(fc.tuple(node, node), { maxLength: 14 }),
    });
  });
  fc.assert(
    fc.property(graph, ({ nodes, edges }) => {
      const reached = (from: number): Set<number> => {
        const seen = new Set([from]);
        for (const node of seen) {
          for (const [a, b] of edges) {
            if (a === node) seen.add(b);
            if (b === node) seen.add(a);
          }
        }
        return seen;
      };
      const found = connectedComponents(nodes, edges);
      expect(found.flat().toSorted((a, b) => a - b)).toEqual(nodes.toSorted((a, b) => a - b));
      for (const component of found) expect(new Set(component)).toEqual(reached(component[0]!));
      const places = found.map((component) => component.map((node) => nodes.indexOf(node)));
      for (const row of places) expect(row).toEqual(row.toSorted((a, b) => a - b));
      const firsts = places.map(([first]) => first!);
      expect(firsts).toEqual(firsts.toSorted((a, b) => a - b));
    }),
  );
});
