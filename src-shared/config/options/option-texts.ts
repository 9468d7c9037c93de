import { optionText as text, type OptionText } from './option-text';
import { cellTexts } from './option-texts-cell';
import { convSpaceTexts } from './option-texts-conv';

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
  'budget.multiplyAdds': text(
    'Multiply-adds',
    'The search ends after so many multiply-adds of training, forwards and backwards, of all networks together; null for no limit. One that is in training then is trained to its end.',
  ),
  'trainers.count': text(
    'Trainers',
    'Networks that train at the same time, each in a process of its own. One keeps a machine with a single GPU busy.',
  ),
  'trainers.threads': text('Threads', 'Threads of each trainer; null shares the cores evenly.'),
  'trainers.device': text('Device', 'Where children train: auto takes a GPU where there is one.'),
  'trainers.gpuMemory': text(
    'Memory of the GPU',
    'Megabytes of a GPU that each trainer may take, so that several can share one; null for as much as it asks for.',
  ),
  'trainers.checkpointEpochs': text(
    'Epochs between checkpoints',
    'The state of each network in training is kept on disk after so many epochs, so that an interrupted search trains it on from there; null keeps none.',
  ),
  'trainers.silence': text(
    'Silence of a trainer',
    'A trainer that has not been heard of for so many seconds is ended. One with slow steps is given twenty of them, and its first step fifteen minutes at least.',
  ),
  'trainers.retries': text(
    'Attempts after a lost trainer',
    'A network whose trainer crashed, was killed or fell silent is trained on from its checkpoint so many times before it has failed.',
  ),
  'trainers.smallerBatch': text(
    'Smaller batch when out of memory',
    'Whether a network that does not fit into memory is trained once more at half the batch size, which its trial then says.',
  ),
  'trainers.queue': text(
    'Queue',
    'Address of the Redis or Valkey whose workers train the networks, with their own trainers, threads and devices; null trains them on this machine. Its password comes from CELLSMITH_QUEUE_PASSWORD.',
  ),
  'earlyStopping.rule': text(
    'Early stopping',
    'Whether networks that are not promising are ended before their last epoch: none trains all to the end, median ends one whose best epoch is below the middle of earlier networks, extrapolation one whose learning curve will hardly reach the best of them.',
    'none',
  ),
  'earlyStopping.afterEpochs': text(
    'Epochs before it',
    'Every network is given so many epochs before a rule may end it; the extrapolation needs 4.',
  ),
  'earlyStopping.afterChildren': text(
    'Children before it',
    'A rule ends no network before there are so many earlier ones to compare it with.',
  ),
  'earlyStopping.best': text(
    'Best to come among',
    'With the extrapolation: a network goes on while it may yet come among so many best.',
  ),
  'earlyStopping.confidence': text(
    'Confidence',
    'With the extrapolation: the probability, by the learning curve so far, that a network will not come among the best, above which it is ended.',
  ),
  duplicates: text(
    'Duplicates',
    'What becomes of a network that the run has trained already: reuse gives its reward again, retrain trains it again.',
  ),
  keepBest: text('Networks to keep', 'The weights of so many best networks are kept on disk.'),
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
    '0.0006 (Penn Treebank: 0.0005)',
  ),
  'controller.childrenPerUpdate': text(
    'Children an update',
    'Networks that a replica proposes for one gradient (m).',
    '8 (Penn Treebank: 1)',
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
    'Controllers that propose and learn side by side, without waiting for each other (K). One, or the synchronous mode, makes a search repeatable.',
    '100 (Penn Treebank: 400)',
  ),
  'controller.accumulateGradients': text(
    'Gradients an update',
    'Gradients that are summed up before the parameters change.',
    '1 (Penn Treebank: 10)',
  ),
  'controller.mode': text(
    'Mode of the replicas',
    'asynchronous: each learns when its own networks have been trained. synchronous: all propose, then learn in their order, so that ' +
      'the same seed gives the same search whatever network is trained first.',
    'asynchronous',
  ),
};

const imageRecipe: Readonly<Record<string, OptionText>> = {
  'recipe.kind': text(
    'Kind',
    'images: classification of images; text: language modelling.',
    'images (Penn Treebank: text)',
  ),
  'recipe.side': text(
    'Side of the input',
    'Networks see square images of this side, in pixels; others are resized.',
    '32',
  ),
  'recipe.epochs': text('Epochs', 'Passes over the training data.', '50 (Penn Treebank: 35)'),
  'recipe.batchSize': text('Batch size', 'Images, or rows of text read side by side, in a training step.'),
  'recipe.learningRate': text(
    'Learning rate',
    'Step size at the start of training.',
    '0.1 (Penn Treebank: 1)',
  ),
  'recipe.decay.kind': text(
    'Decay',
    'How the learning rate falls: constant not at all, step by a factor at certain epochs, cosine along half a wave to 0; on text, after some epochs with each further one.',
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
    'How images become larger before a random part of the input size is cut out: upsample scales them, pad puts zeros around, none leaves them.',
    'upsample',
  ),
  'recipe.augmentation.enlargedSide': text('Enlarged side', 'Side of the enlarged image, in pixels.', '40'),
  'recipe.augmentation.horizontalFlip': text(
    'Horizontal flip',
    'Whether half of the images, at random, are mirrored.',
    'true',
  ),
  'recipe.validation': text(
    'Validation images',
    'Training images set aside for the reward: a number of them, or a fraction below 1.',
    '5000',
  ),
  'recipe.splitSeed': text('Seed of the split', 'Decides which images are set aside.'),
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
  ...convSpaceTexts,
  ...controller,
  ...imageRecipe,
  ...cellTexts,
};
