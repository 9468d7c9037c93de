import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LanguageArchitecture, countLanguageParameters, hiddenForParameters } from './language-model';
import { nasCell } from './recurrent-cell';

const ptb = { layers: 2, vocabulary: 10_000, sharedEmbeddings: false } as const;

// Against PyTorch's own counts: src-main/children/language/language-model.test.ts.
describe('the size of a language model', () => {
  it("is that of Zaremba's medium and large LSTM, by the sums written out", () => {
    const lstm = (hidden: number): number =>
      countLanguageParameters({ ...ptb, cell: { kind: 'lstm' }, hidden });
    expect(lstm(650)).toBe(10_000 * 650 + 2 * (4 * 650 * 1300 + 4 * 650) + 650 * 10_000 + 10_000);
    expect(lstm(650)).toBe(19_775_200);
    expect(lstm(1500)).toBe(66_022_000);
  });

  it('has two matrices a leaf, and the embedding once where it is shared', () => {
    const cell = { ...ptb, cell: nasCell, hidden: 100 };
    expect(countLanguageParameters(cell)).toBe(1_000_000 + 2 * 8 * 2 * 100 * 100 + 1_000_000 + 10_000);
    expect(countLanguageParameters({ ...cell, sharedEmbeddings: true })).toBe(
      countLanguageParameters(cell) - 1_000_000,
    );
  });

  it('is met as closely as units allow, whatever the target', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<LanguageArchitecture['cell']>({ kind: 'lstm' }, { kind: 'rnn' }, nasCell),
        fc.integer({ min: 1, max: 4 }),
        fc.boolean(),
        fc.integer({ min: 40_000, max: 80_000_000 }),
        (cell, layers, sharedEmbeddings, target) => {
          const model = { cell, layers, sharedEmbeddings, vocabulary: 10_000 };
          const hidden = hiddenForParameters(model, target);
          const miss = (units: number): number =>
            Math.abs(countLanguageParameters({ ...model, hidden: units }) - target);
          expect(miss(hidden)).toBeLessThanOrEqual(miss(hidden + 1));
          if (hidden > 1) expect(miss(hidden)).toBeLessThanOrEqual(miss(hidden - 1));
        },
      ),
    );
  });

  it('is solved for the published sizes: a NASCell of 20M parameters has 537 units', () => {
    expect(hiddenForParameters({ ...ptb, cell: nasCell }, 20_000_000)).toBe(537);
  });

  it('refuses a target below what the vocabulary alone takes', () => {
    expect(() => hiddenForParameters({ ...ptb, cell: nasCell }, 10_000)).toThrow(/10000 parameters/);
  });
});
