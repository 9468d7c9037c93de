import { describe, expect, it } from 'vitest';
import { presets } from '../config/presets';
import { type SpaceConfig, spaceOf } from '../tasks/searched';
import type { Decision, DecisionPoint } from '../search-space';
import { countText, exactCountText, spaceCount, spaceSizes } from './typical-children';

/** Counts the ends of a walk that takes every decision at every point. */
function walked(config: SpaceConfig, depth: number): bigint {
  const space = spaceOf(config);
  const count = (decisions: readonly Decision[]): bigint => {
    const point = space.next(decisions, depth);
    if (point === undefined) return 1n;
    let sum = 0n;
    for (const decision of decisionsAt(point)) sum += count([...decisions, decision]);
    return sum;
  };
  return count([]);
}

function decisionsAt(point: DecisionPoint): Decision[] {
  if (point.kind === 'choice') return [...point.options.keys()];
  return Array.from({ length: 2 ** point.candidates.length }, (_, bits) =>
    point.candidates.map((__, index) => (bits >> index) & 1),
  );
}

describe('the size of a space', () => {
  it('is the number of ways through its decisions', () => {
    const small: SpaceConfig = {
      ...presets.v2.config.space,
      filterHeights: [1, 3],
      filterWidths: [3],
      strideHeights: [1, 2],
      strideWidths: [1],
      filters: [4, 8, 12],
      pooling: { kind: 'predicted', sizes: [1, 2] },
    };
    for (const depth of [1, 2]) expect(spaceCount(small, depth)).toBe(walked(small, depth));
    const cells: SpaceConfig = {
      kind: 'cell',
      base: 2,
      combinations: ['add', 'max'],
      activations: ['tanh', 'relu'],
    };
    expect(spaceCount(cells, 1)).toBe(walked(cells, 1));
  });

  it('is that of the paper for cells of base 8', () => {
    const [size] = spaceSizes(presets['ptb-base8'].config);
    expect(countText(size?.count ?? 0n)).toBe('6.3·10¹⁶');
    expect(exactCountText(size?.count ?? 0n)).toBe('63,331,869,759,897,600');
  });

  it('is given for the first and the last networks of a search with a growing depth', () => {
    const { config } = presets.v1;
    expect(spaceSizes(config).map(({ depth }) => depth)).toEqual([6, 20]);
    expect(
      spaceSizes({ ...config, budget: { children: 1600, hours: null, multiplyAdds: null } }),
    ).toHaveLength(1);
    expect(spaceSizes({ ...config, budget: { children: null, hours: 2, multiplyAdds: null } })).toHaveLength(
      1,
    );
  });
});

it('a number is written out up to a million, with its power of ten beyond', () => {
  expect([1n, 2916n, 999_999n, 1_000_000n, 9_960_000n, 10n ** 21n * 34n].map(countText)).toEqual([
    '1',
    '2,916',
    '999,999',
    '1.0·10⁶',
    '1.0·10⁷',
    '3.4·10²²',
  ]);
});
