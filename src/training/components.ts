/** Connected components of an undirected graph. */

/**
 * @param nodes each once @param edges between nodes, in any order
 * @returns the components: each in the order of `nodes`, and those whose first node comes first, first
 */
export function connectedComponents(
  nodes: readonly number[],
  edges: Iterable<readonly [a: number, b: number]>,
): number[][] {
  const parent = new Map(nodes.map((node) => [node, node]));
  const rootOf = (node: number): number => {
    let root = node;
    while (parent.get(root) !== root) root = parent.get(root)!;
    // So that the next way is short.
    for (let at = node; at !== root;) {
      const above = parent.get(at)!;
      parent.set(at, root);
      at = above;
    }
    return root;
  };
  for (const [a, b] of edges) parent.set(rootOf(a), rootOf(b));
  const components = new Map<number, number[]>();
  for (const node of nodes) {
    const root = rootOf(node);
    const component = components.get(root);
    if (component) component.push(node);
    else components.set(root, [node]);
  }
  return [...components.values()];
}
