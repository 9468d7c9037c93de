import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nasCell } from '../../architecture/cell/recurrent-cell';
import { CellsmithError } from '../../errors';
import { cellSpace, cellSpaceSize, decodeCell } from './cell-space';
import { encodeCell } from '../../testing/encode-cell';

const paper = {
  base: 8,
  combinations: ['elem_mult', 'add'],
  activations: ['identity', 'tanh', 'sigmoid', 'relu'],
} as const;

describe('the space of recurrent cells', () => {
  it('asks for combination and activation of every node, then cell inject, then the two cell indices', () => {
    const space = cellSpace({ ...paper, base: 2 });
    const names: string[] = [];
    const decisions: number[] = [];
    for (let point = space.next(decisions, 1); point; point = space.next(decisions, 1)) {
      names.push(`${point.name}@${point.layer}`);
      decisions.push(0);
    }
    expect(names).toEqual([
      'combination@0',
      'activation@0',
      'combination@1',
      'activation@1',
      'combination@2',
      'activation@2',
      'injectCombination@2',
      'injectActivation@2',
      'readNode@2',
      'injectedNode@2',
    ]);
  });

  it('holds about 6·10^16 cells for base 8, as the paper says', () => {
    expect(Number(cellSpaceSize(paper)) / 1e16).toBeCloseTo(6.33, 2);
  });

  it('decodes what it encodes', () => {
    expect(decodeCell(paper, encodeCell(paper, nasCell))).toEqual(nasCell);
    const draws = fc.tuple(...Array.from({ length: 32 }, () => fc.nat(1)), fc.nat(14), fc.nat(14));
    fc.assert(
      fc.property(draws, (decisions) => {
        expect(encodeCell(paper, decodeCell(paper, decisions))).toEqual(decisions);
      }),
    );
  });

  it('names the decision that is not an option', () => {
    const decisions = [...encodeCell(paper, nasCell)];
    decisions[3] = 4;
    expect(() => decodeCell(paper, decisions)).toThrow(
      new CellsmithError(
        'architecture.invalid',
        'Decision 4 is not a valid activation of this search space.',
      ),
    );
    expect(() => decodeCell(paper, decisions.slice(1))).toThrow('34 decisions, not 33');
  });
});
