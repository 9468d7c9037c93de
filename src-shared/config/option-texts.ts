/** What the window and the command line say of an option. */
export interface OptionText {
  readonly label: string;
  readonly explanation: string;
  /** The paper's value, in searches v1 to v3 unless it says otherwise; null where the paper gives none. */
  readonly paper: string | null;
}

const text = (label: string, explanation: string, paper: string | null = null): OptionText => ({
  label,
  explanation,
  paper,
});

const general: Readonly<Record<string, OptionText>> = {
  version: text('Version', 'Version of the form of this configuration; set by the program.'),
  name: text('Name', 'What the run is called in lists.'),
  preset: text('Preset', 'The preset that this configuration started from.'),
  seed: text(
    'Seed',
    'Every draw of the search follows from it: the same seed and configuration propose the same networks.',
  ),
  'budget.children': text(
    'Children',
    'The search ends after so many proposed networks; null for no limit.',
    '12800',
  ),
  'budget.hours': text('Hours', 'The search ends after so many hours; null for no limit.'),
  'trainers.count': text(
    'Trainers',
    'Networks that train at the same time, each in a process of its own. One keeps a machine with a single graphics card busy.',
  ),
  'trainers.threads': text('Threads', 'Threads of each trainer; null shares the cores evenly.'),
  'trainers.device': text('Device', 'Where children train: auto takes a graphics card where there is one.'),
  duplicates: text(
    'Duplicates',
    'What becomes of a network that the run has trained already: reuse gives its reward again, retrain trains it again.',
  ),
  keepBest: text('Networks to keep', 'The weights of so many best networks are kept on disk.'),
};

const space: Readonly<Record<string, OptionText>> = {
  'space.kind': text('Kind', 'conv: convolutional networks for pictures.', 'conv'),
  'space.filterHeights': text(
    'Filter heights',
    'Heights of filters to choose from, in pixels.',
    '1, 3, 5, 7',
  ),
  'space.filterWidths': text('Filter widths', 'Widths of filters to choose from, in pixels.', '1, 3, 5, 7'),
  'space.strideHeights': text(
    'Stride heights',
    'Vertical strides to choose from; one alone is not predicted.',
    '1 (v2: 1, 2, 3)',
  ),
  'space.strideWidths': text(
    'Stride widths',
    'Horizontal strides to choose from; one alone is not predicted.',
    '1 (v2: 1, 2, 3)',
  ),
  'space.filters': text(
    'Filters',
    'Numbers of filters of a layer to choose from.',
    '24, 36, 48, 64 (v3: 6, 12, 24, 36)',
  ),
  'space.extraFilters': text(
    'Extra filters',
    'Added to the number of filters of every layer.',
    '0 (v3 + more filters: 40)',
  ),
  'space.layerTypes': text(
    'Layer types',
    'Kinds of layer to choose from; more than one makes the kind a decision of its own. A pooling layer takes the filter size as its window.',
    'convolution',
  ),
  'space.skipConnections': text(
    'Skip connections',
    'Whether each layer chooses, at its anchor point, which earlier layers feed it. Otherwise each takes the one before it.',
    'true',
  ),
  'space.pooling.kind': text(
    'Pooling',
    'none; fixed after certain layers; or predicted behind each layer.',
    'none (v3: fixed)',
  ),
  'space.pooling.afterLayers': text(
    'Pooling after layers',
    'Whatever is made up to one of these layers is max-pooled before later ones use it. Layers of blocks are counted one by one.',
    '13, 24 (v3)',
  ),
  'space.pooling.size': text(
    'Pooling size',
    'Side of the pooling window and its stride: 2 halves height and width.',
  ),
  'space.pooling.sizes': text(
    'Pooling sizes',
    'Sizes of a max-pooling behind each layer to choose from; 1 is no pooling.',
  ),
  'space.blockSize': text(
    'Layers a block',
    'Layers that one predicted step stands for, each connected with all before it in the block.',
    '1 (v3: 3)',
  ),
  'space.learningRates': text(
    'Learning rates',
    'Learning rates to choose from as the last decision; an empty list keeps that of the recipe.',
    'none',
  ),
  'space.schedule.initialLayers': text(
    'Layers at the start',
    'Predicted steps of the first networks: layers, or blocks of layers.',
    '6 (v3: 13 blocks)',
  ),
  'space.schedule.growBy': text('Growth', 'So many steps are added each time that networks grow.', '2'),
  'space.schedule.every': text('Growth after', 'Networks grow each time after so many proposals.', '1600'),
  'space.schedule.maximumLayers': text('Layers at most', 'Networks grow to so many steps and no further.'),
};

const controller: Readonly<Record<string, OptionText>> = {
  'controller.strategy': text(
    'Strategy',
    'reinforce: a recurrent network learns from the rewards what to propose. random: proposals are drawn evenly, to compare with.',
    'reinforce',
  ),
  'controller.hiddenUnits': text('Hidden units', "Units of each of the controller's LSTM layers.", '35'),
  'controller.layers': text('LSTM layers', "Layers of the controller's LSTM.", '2'),
  'controller.initialRange': text(
    'Initial range',
    "The controller's weights start evenly spread between minus this value and this value.",
    '0.08',
  ),
  'controller.learningRate': text(
    'Learning rate of the controller',
    'Step size of its Adam optimiser. The value of the paper is for thousands of children; short searches need a larger one.',
    '0.0006',
  ),
  'controller.childrenPerUpdate': text(
    'Children an update',
    'Networks that a replica proposes for one gradient (m).',
    '8',
  ),
  'controller.baselineDecay': text(
    'Decay of the baseline',
    'How slowly the moving average of earlier rewards changes that each reward is compared with.',
  ),
  'controller.entropyBonus': text(
    'Entropy bonus',
    'Rewards the controller for staying undecided, against settling too early; 0 is off.',
    '0',
  ),
  'controller.temperature': text(
    'Temperature',
    'Divides the logits: above 1 proposals are more even, below 1 more decided; 1 is off.',
    '1',
  ),
  'controller.tanhConstant': text(
    'Tanh constant',
    'Keeps logits between minus this value and this value; null is off.',
    'null',
  ),
  'controller.parameterServerShards': text(
    'Parameter server shards',
    "Shards that hold the controller's parameters between them (S).",
    '20',
  ),
  'controller.replicas': text(
    'Replicas',
    'Controllers that propose and learn side by side, without waiting for each other (K). One makes a search repeatable.',
    '100',
  ),
  'controller.accumulateGradients': text(
    'Gradients an update',
    'Gradients that are summed up before the parameters change.',
    '1',
  ),
};

const recipe: Readonly<Record<string, OptionText>> = {
  'recipe.kind': text('Kind', 'images: classification of pictures.', 'images'),
  'recipe.side': text(
    'Side of the input',
    'Networks see square pictures of this side, in pixels; others are resized.',
    '32',
  ),
  'recipe.epochs': text('Epochs', 'Passes over the training pictures.', '50'),
  'recipe.batchSize': text('Batch size', 'Pictures a training step.'),
  'recipe.learningRate': text('Learning rate', 'Step size at the start of training.', '0.1'),
  'recipe.decay.kind': text(
    'Decay',
    'How the learning rate falls: constant not at all, step by a factor at certain epochs, cosine along half a wave to 0.',
  ),
  'recipe.decay.epochs': text(
    'Decay at epochs',
    'Epochs, counted from 0, at whose start the rate is multiplied by the factor.',
  ),
  'recipe.decay.factor': text('Decay factor', 'What the rate is multiplied by at each of those epochs.'),
  'recipe.momentum': text('Momentum', 'Share of the last step that the next one keeps.', '0.9'),
  'recipe.nesterov': text('Nesterov', 'Whether the momentum is that of Nesterov.', 'true'),
  'recipe.weightDecay': text('Weight decay', 'Pulls weights towards 0.', '0.0001'),
  'recipe.batchNormEpsilon': text(
    'Epsilon of batch normalisation',
    'Added to the variance before its root is taken.',
  ),
  'recipe.batchNormMomentum': text(
    'Momentum of batch normalisation',
    'Share of the moving mean and variance that a step keeps.',
  ),
  'recipe.augmentation.enlarge': text(
    'Enlarge',
    'How pictures become larger before a random part of the input size is cut out: upsample scales them, pad puts zeros around, none leaves them.',
    'upsample',
  ),
  'recipe.augmentation.enlargedSide': text('Enlarged side', 'Side of the enlarged picture, in pixels.', '40'),
  'recipe.augmentation.horizontalFlip': text(
    'Horizontal flip',
    'Whether half of the pictures, at random, are mirrored.',
    'true',
  ),
  'recipe.validation': text(
    'Validation pictures',
    'Training pictures set aside for the reward: a number of them, or a fraction below 1.',
    '5000',
  ),
  'recipe.splitSeed': text('Seed of the split', 'Decides which pictures are set aside.'),
  'recipe.rewardEpochs': text(
    'Epochs of the reward',
    'The best validation accuracy of so many last epochs makes the reward.',
    '5',
  ),
  'recipe.rewardExponent': text('Exponent of the reward', 'The power that this accuracy is raised to.', '3'),
  'recipe.timeLimit': text(
    'Time limit',
    'Seconds after which a network is given up and has reward 0; null for no limit.',
  ),
};

/** Label, explanation and the paper's value of every option of a configuration, by its dotted path. */
export const optionTexts: Readonly<Record<string, OptionText>> = {
  ...general,
  ...space,
  ...controller,
  ...recipe,
};
