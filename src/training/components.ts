/** Connected components of an undirected graph, by union-find with path halving (Tarjan and van Leeuwen, JACM 1984). */
export class Components {
  readonly #parent = new Map<number, number>();

  join(a: number, b: number): void {
    const [one, other] = [this.nameOf(a), this.nameOf(b)];
    if (one !== other) this.#parent.set(Math.max(one, other), Math.min(one, other));
  }

  /** The smallest node of the component that a node is in. */
  nameOf(node: number): number {
    let at = node;
    for (let above = this.#above(at); above !== at; above = this.#above(at)) {
      this.#parent.set(at, this.#above(above));
      at = this.#above(at);
    }
    return at;
  }

  /** Whether a way of joined pairs leads from one node to the other. */
  areJoined(a: number, b: number): boolean {
    return this.nameOf(a) === this.nameOf(b);
  }

  /**
   * @param nodes each once
   * @returns the components: each in the order of `nodes`, and those whose first node comes first, first
   */
  among(nodes: readonly number[]): number[][] {
    const components = new Map<number, number[]>();
    for (const node of nodes) {
      const root = this.nameOf(node);
      const component = components.get(root);
      if (component) component.push(node);
      else components.set(root, [node]);
    }
    return [...components.values()];
  }

  #above(node: number): number {
    return this.#parent.get(node) ?? node;
  }
}

/** @param nodes each once @param edges between nodes, in any order @returns as `Components.among` */
export function connectedComponents(
  nodes: readonly number[],
  edges: Iterable<readonly [a: number, b: number]>,
): number[][] {
  const components = new Components();
  for (const [a, b] of edges) components.join(a, b);
  return components.among(nodes);
}
