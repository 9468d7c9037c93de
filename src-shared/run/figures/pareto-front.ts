/** A network by its cost and its value. */
export interface Weighed {
  /** Less is better: parameters. */
  readonly cost: number;
  /** More is better: accuracy, or a perplexity with its sign turned. */
  readonly worth: number;
}

/**
 * The networks that no other beats: none is worth as much for less, or more for as much. Of equal ones the first.
 * @returns indices in the order of rising cost and worth
 */
export function paretoFront(networks: readonly Weighed[]): number[] {
  const order = networks
    .map((network, index) => ({ ...network, index }))
    .sort((a, b) => a.cost - b.cost || b.worth - a.worth || a.index - b.index);
  const front: number[] = [];
  let best = -Infinity;
  for (const { worth, index } of order)
    if (worth > best) {
      front.push(index);
      best = worth;
    }
  return front;
}
