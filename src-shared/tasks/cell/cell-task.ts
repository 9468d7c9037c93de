import { z } from 'zod';
import { cellFormulas, cellTree, hashCell } from '../../architecture/cell/cell-forms';
import {
  languageCellSchema,
  languageLimits,
  type LanguageCell,
  countLanguageParameters,
  languageArchitecture,
  languageMultiplyAdds,
} from '../../architecture/cell/language-model';
import { shortCount } from '../../architecture/conv/conv-text';
import { counted } from '../../counted';
import { type TextDatasetDescription, textLevelSchema } from '../text/text-description';
import { drawCell, drawLstm, drawRnn } from '../../diagrams/cell-drawing';
import type { Drawing } from '../../diagrams/drawing';
import { cellSpace, cellSpaceSize, decodeCell, cellSpaceSchema, type CellSpaceConfig } from './cell-space';
import type { Costs, Task } from '../task';
import { textData } from '../text/text-data';
import { textRecipeSchema, type TextRecipe } from '../text/text-recipe';

/** The language model around a cell. */
const languageSettingSchema = z.strictObject({
  level: textLevelSchema,
  vocabulary: z.int().min(1).max(languageLimits.vocabulary),
  layers: z.int().min(1).max(languageLimits.layers),
  hidden: z.int().min(1).max(languageLimits.hidden),
  sharedEmbeddings: z.boolean(),
});
type LanguageSetting = z.infer<typeof languageSettingSchema>;

const cellChildSchema = z.strictObject({
  kind: z.literal('text'),
  cell: languageCellSchema,
  recipe: textRecipeSchema,
});
type CellChild = z.infer<typeof cellChildSchema>;

/** Recurrent cells of language models (paper section 3.4). */
export const cellTask: Task<
  CellSpaceConfig,
  TextRecipe,
  TextDatasetDescription,
  LanguageCell,
  LanguageSetting,
  CellChild
> = {
  kind: 'cell',
  data: textData,
  words: {
    one: 'cell',
    many: 'cells',
    full: 'recurrent cells',
    unnamed: 'Recurrent cell',
    needsData: 'A search for recurrent cells needs text: name it with --data.',
  },
  spaceSchema: cellSpaceSchema,
  checkSpace: () => undefined,
  decisions: cellSpace,
  depthAt: () => 1,
  step: () => ({ name: 'Node', layers: null }),
  count: (space) => cellSpaceSize(space),
  decode: (space, _depth, decisions) => decodeCell(space, decisions),
  architectureSchema: languageCellSchema,
  settingSchema: languageSettingSchema,
  setting: languageSetting,
  costs: languageCosts,
  hash: hashCell,
  summary: (cell, setting) =>
    `${cellName(cell)}, ${counted(setting.hidden, 'unit')}, ${shortCount(languageCosts(cell, setting).parameters)} parameters`,
  table: (cell, { layers, hidden }) =>
    [
      `${counted(layers, 'layer')} of ${counted(hidden, 'unit')}`,
      '',
      ...(cell.kind === 'cell' ? [...cellTree(cell), ''] : []),
      ...cellFormulas(cell),
    ].join('\n'),
  draw: (cell) => drawLanguageCell(cell),
  childSchema: cellChildSchema,
  child: (cell, recipe) => ({ kind: 'text', cell, recipe }),
};

/** What the cells outside of the search space compute, as nodes of a cell: the boxes of their drawings. */
const readyNodes = { lstm: 9, rnn: 1 } as const;
const cellNames = { lstm: 'LSTM', rnn: 'plain recurrent network' } as const;

function cellName(cell: LanguageCell): string {
  return cell.kind === 'cell' ? `base ${cell.base}` : cellNames[cell.kind];
}

function drawLanguageCell(cell: LanguageCell): Drawing {
  if (cell.kind === 'cell') return drawCell(cell);
  return cell.kind === 'lstm' ? drawLstm() : drawRnn();
}

/** Units are as many as the recipe says, or as come closest to its number of parameters. */
function languageSetting(
  cell: LanguageCell,
  recipe: TextRecipe,
  { vocabularySize }: Pick<TextDatasetDescription, 'vocabularySize'>,
): LanguageSetting {
  const { layers, hidden, vocabulary, sharedEmbeddings } = languageArchitecture(cell, recipe, vocabularySize);
  return { level: recipe.level, vocabulary, layers, hidden, sharedEmbeddings };
}

function languageCosts(cell: LanguageCell, setting: LanguageSetting): Costs {
  const { layers, hidden, vocabulary } = setting;
  const model = { cell, ...setting };
  // Every node keeps what it combines and what comes out of it; the softmax its logits and probabilities.
  const nodes = cell.kind === 'cell' ? cell.nodes.length : readyNodes[cell.kind];
  const kept = layers * 2 * nodes * hidden + 2 * vocabulary;
  return {
    parameters: countLanguageParameters(model),
    multiplyAdds: languageMultiplyAdds(model),
    activationBytes: 4 * kept,
  };
}
