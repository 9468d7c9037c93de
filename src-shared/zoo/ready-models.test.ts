import { describe, expect, it } from 'vitest';
import { countLanguageParameters, languageArchitecture } from '../architecture/cell/language-model';
import { languageRateAt, textRecipeSchema } from '../tasks/text/text-recipe';
import { table2 } from '../published-tables';
import { readyModelNames, readyModels, type ReadyModel } from './ready-models';

const model = (name: keyof typeof readyModels): ReadyModel => readyModels[name];
const millions = (name: keyof typeof readyModels): number => {
  const { cell, recipe } = model(name);
  return Math.round(countLanguageParameters(languageArchitecture(cell, recipe, 10_000)) / 1e6);
};

describe('the ready models', () => {
  it.each(readyModelNames)('%s has a recipe that can be', (name) => {
    expect(textRecipeSchema.parse(model(name).recipe)).toEqual(model(name).recipe);
  });

  it.each([
    ['rnn', 'RNN'],
    ['lstm-medium', 'LSTM (medium)'],
    ['lstm-large', 'LSTM (large)'],
    ['variational-lstm-medium', 'Variational LSTM (medium, untied)'],
    ['variational-lstm-medium-mc', 'Variational LSTM (medium, untied, MC)'],
    ['variational-lstm-large', 'Variational LSTM (large, untied)'],
    ['variational-lstm-large-mc', 'Variational LSTM (large, untied, MC)'],
    ['variational-lstm-large-shared', 'Variational LSTM, shared embeddings'],
  ] as const)('%s has the size and the figure of table 2', (name, row) => {
    const published = table2.rows.find((each) => each.model === row);
    expect(millions(name)).toBe((published?.parameters ?? NaN) / 1e6);
    expect(model(name).published).toBe(published?.figure);
  });

  it('NASCells have the three published sizes and figures', () => {
    const rows = table2.rows.filter((row) => row.model.startsWith('Neural Architecture Search'));
    const names = ['nascell', 'nascell-shared', 'nascell-shared-large'] as const;
    expect(names.map((name) => [millions(name), model(name).published])).toEqual(
      rows.map((row) => [(row.parameters ?? NaN) / 1e6, row.figure]),
    );
  });

  it("Zaremba's LSTMs lower their rate when the published ones do", () => {
    const rates = (name: keyof typeof readyModels, epochs: readonly number[]): number[] =>
      epochs.map((epoch) => languageRateAt(model(name).recipe, epoch - 1));
    expect(rates('lstm-medium', [6, 7, 8])).toEqual([1, 1 / 1.2, 1 / 1.2 ** 2]);
    expect(rates('lstm-large', [14, 15])).toEqual([1, 1 / 1.15]);
  });
});
