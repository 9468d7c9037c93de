import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalGraphText, type LabelledNode } from './hash-conv';

/** Labels by node, and edges [from, to] or [from, to, how many]. */
function graph(labels: string, edges: readonly (readonly number[])[]): LabelledNode[] {
  const nodes = Array.from(labels).map((label) => ({ label, inputs: new Map<number, number>() }));
  for (const [from = 0, to = 0, count = 1] of edges) nodes[to]?.inputs.set(from, count);
  return nodes;
}

function renumbered(nodes: readonly LabelledNode[], newNumber: readonly number[]): LabelledNode[] {
  const result: LabelledNode[] = [];
  for (const [index, { label, inputs }] of nodes.entries())
    result[newNumber[index] ?? 0] = {
      label,
      inputs: new Map([...inputs].map(([from, count]) => [newNumber[from] ?? 0, count])),
    };
  return result;
}

function permutations(size: number): number[][] {
  if (size === 0) return [[]];
  return permutations(size - 1).flatMap((shorter) =>
    Array.from({ length: size }, (_, position) => shorter.toSpliced(position, 0, size - 1)),
  );
}

const plain = (nodes: readonly LabelledNode[]) =>
  JSON.stringify(nodes.map(({ label, inputs }) => [label, [...inputs].sort((a, b) => a[0] - b[0])]));

/** By trying all numberings. */
function isomorphic(one: readonly LabelledNode[], other: readonly LabelledNode[]): boolean {
  return permutations(one.length).some((numbers) => plain(renumbered(one, numbers)) === plain(other));
}

/** Acyclic graphs of few labels, so that many pairs are alike. */
const smallGraph = (size: number, labels: string) =>
  fc
    .tuple(
      fc.array(fc.constantFrom(...Array.from(labels)), { minLength: size, maxLength: size }),
      fc.array(fc.constantFrom(0, 0, 1, 1, 2), {
        minLength: (size * (size - 1)) / 2,
        maxLength: (size * (size - 1)) / 2,
      }),
    )
    .map(([letters, counts]) => {
      const edges: number[][] = [];
      for (let to = 1; to < size; to++)
        for (let from = 0; from < to; from++) {
          const count = counts[(to * (to - 1)) / 2 + from] ?? 0;
          if (count > 0) edges.push([from, to, count]);
        }
      return graph(letters.join(''), edges);
    });

describe('the canonical text of a graph', () => {
  it('is equal for two small graphs exactly when one is a renumbering of the other', () => {
    let alike = 0;
    fc.assert(
      fc.property(smallGraph(5, 'aab'), smallGraph(5, 'aab'), (one, other) => {
        const same = isomorphic(one, other);
        alike += Number(same);
        expect(canonicalGraphText(one) === canonicalGraphText(other)).toBe(same);
      }),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(smallGraph(3, 'a'), smallGraph(3, 'a'), (one, other) => {
        const same = isomorphic(one, other);
        alike += Number(same);
        expect(canonicalGraphText(one) === canonicalGraphText(other)).toBe(same);
      }),
      { numRuns: 300 },
    );
    expect(alike).toBeGreaterThan(10);
  });

  it('tells all graphs of 4 nodes apart that brute force tells apart', () => {
    const texts = new Map<string, LabelledNode[]>();
    const kinds: LabelledNode[][] = [];
    for (let bits = 0; bits < 64; bits++) {
      const pairs = [[0, 1], [0, 2], [1, 2], [0, 3], [1, 3], [2, 3]]; // prettier-ignore
      const nodes = graph('aaaa', pairs.filter((_, pair) => (bits >> pair) & 1)); // prettier-ignore
      if (!kinds.some((kind) => isomorphic(kind, nodes))) kinds.push(nodes);
      texts.set(canonicalGraphText(nodes), nodes);
    }
    // The number of acyclic directed graphs on 4 unlabelled nodes (OEIS A003087).
    expect(kinds).toHaveLength(31);
    expect(texts.size).toBe(31);
  });

  it('tells apart what refinement alone does not: two triangles and a hexagon', () => {
    // Undirected edges as nodes of their own with two inputs each: all of one degree.
    const cycles = (lengths: number[]) => {
      const edges: number[][] = [];
      let first = 0;
      for (const length of lengths) {
        for (let node = 0; node < length; node++)
          edges.push([first + node, 6 + first + node], [first + ((node + 1) % length), 6 + first + node]);
        first += length;
      }
      return graph('aaaaaabbbbbb', edges);
    };
    const shuffle = [3, 5, 0, 2, 4, 1, 11, 7, 9, 6, 8, 10];
    expect(canonicalGraphText(cycles([6]))).not.toBe(canonicalGraphText(cycles([3, 3])));
    for (const lengths of [[6], [3, 3]])
      expect(canonicalGraphText(renumbered(cycles(lengths), shuffle))).toBe(
        canonicalGraphText(cycles(lengths)),
      );
  });

  it('is found where there are too many symmetries to try them all', () => {
    // 24 equal branches of 3 layers each between an image and a classifier: 24! symmetries.
    const edges: number[][] = [];
    for (let branch = 0; branch < 24; branch++) {
      const [first, last] = [1 + 3 * branch, 3 + 3 * branch];
      edges.push([0, first], [first, first + 1], [first + 1, last], [last, 73]);
    }
    const nodes = graph(`i${'l'.repeat(72)}c`, edges);
    const reversed = renumbered(nodes, [0, ...Array.from({ length: 72 }, (_, index) => 72 - index), 73]);
    expect(canonicalGraphText(reversed)).toBe(canonicalGraphText(nodes));
  });
});
