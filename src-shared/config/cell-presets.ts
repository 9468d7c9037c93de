import { paperCellController, paperRun, shortController, type Preset } from './paper-presets';
import type { CellSpaceConfig } from '../tasks/cell/cell-space';
import type { TextSearchConfig } from './search-config';
import type { TextRecipe } from '../tasks/text/text-recipe';

/** The space of the published search. */
const paperSpace: CellSpaceConfig = {
  kind: 'cell',
  base: 8,
  combinations: ['elem_mult', 'add'],
  activations: ['identity', 'tanh', 'sigmoid', 'relu'],
};

/** How the paper trains a child on text (section 4.2). What it leaves open is that of Zaremba's medium LSTM. */
const paperRecipe: TextRecipe = {
  kind: 'text',
  level: 'word',
  vocabularyLimit: 'auto',
  layers: 2,
  size: { kind: 'parameters', parameters: 20_000_000 },
  sharedEmbeddings: false,
  epochs: 35,
  batchSize: 20,
  steps: 35,
  clipNorm: 5,
  learningRate: 1,
  decay: { kind: 'after', constantEpochs: 6, divisor: 1.2 },
  dropout: { kind: 'standard', rate: 0.5 },
  initialRange: 0.05,
  forgetBias: 0,
  rewardConstant: 80,
  timeLimit: null,
};

/** For children that rank cells quickly: one small layer, two epochs. */
const shortRecipe: TextRecipe = {
  ...paperRecipe,
  layers: 1,
  epochs: 2,
  steps: 20,
  decay: { kind: 'constant' },
  dropout: { kind: 'none' },
  initialRange: 0.1,
  // Perplexities of a short training are high: rewards of some tenths are easier to tell apart on a chart.
  rewardConstant: 8000,
};

/** With the controller's own type: presets and tests change its options. */
const paperConfig = (preset: string, name: string, space: CellSpaceConfig) =>
  ({
    ...paperRun,
    name,
    preset,
    space,
    controller: paperCellController,
    recipe: paperRecipe,
    budget: { children: 12_800, hours: null, multiplyAdds: null },
  }) satisfies TextSearchConfig;

const leftOpen =
  'Not known from the paper: decay of the learning rate, dropout and initial range (those of the medium LSTM of Zaremba et al.), ' +
  'decay of the baseline (0.95), number of children (that of the search on images). The paper trained 400 children at a ' +
  'time; how many train at a time here is `trainers.count`.';

/** Searches for recurrent cells, by the name that `--preset` takes. */
export const cellPresets = {
  'demo-cells': {
    title: 'Demo of cells',
    summary:
      'Small cells of base 4 on a sample of Shakespeare, to see a search at work: minutes on any machine.',
    note: 'Made to be quick: a vocabulary of 2,000 words, small layers, few epochs. Its rewards rank cells roughly.',
    config: {
      ...paperConfig('demo-cells', 'Demo of cells', { ...paperSpace, base: 4 }),
      controller: { ...shortController, learningRate: 0.035 },
      recipe: {
        ...shortRecipe,
        vocabularyLimit: 2000,
        size: { kind: 'parameters', parameters: 300_000 },
        batchSize: 32,
        timeLimit: 120,
      },
      // The hours are a second fence for slow machines.
      budget: { children: 32, hours: 0.125, multiplyAdds: null },
      keepBest: 3,
    },
  },
  'laptop-cells': {
    title: 'Laptop, cells',
    summary: 'Cells of base 8 in one layer of a million parameters: a night on a CPU or a small GPU.',
    note: 'Smaller models and fewer epochs than in the paper; retrain the best cell at full size.',
    config: {
      ...paperConfig('laptop-cells', 'Laptop, cells', paperSpace),
      controller: { ...shortController, learningRate: 0.002 },
      recipe: {
        ...shortRecipe,
        size: { kind: 'parameters', parameters: 2_000_000 },
        batchSize: 64,
        timeLimit: 3600,
      },
      budget: { children: 400, hours: 9, multiplyAdds: null },
      keepBest: 5,
    },
  },
  'ptb-base8': {
    title: 'Cells of base 8',
    summary:
      'The published search on Penn Treebank: cells of 8 leaves in language models of 20 million parameters.',
    note: leftOpen,
    config: paperConfig('ptb-base8', 'Cells of base 8', paperSpace),
  },
  'ptb-base8-max-sin': {
    title: 'Cells of base 8 with max and sin',
    summary: 'The control experiment: max among the combinations and sin among the activations.',
    note: leftOpen,
    config: paperConfig('ptb-base8-max-sin', 'Cells of base 8 with max and sin', {
      ...paperSpace,
      combinations: [...paperSpace.combinations, 'max'],
      activations: [...paperSpace.activations, 'sin'],
    }),
  },
} satisfies Record<string, Preset>;
