import { optionText as text, type OptionText } from './option-text';

/** Options that only searches for recurrent cells on text have. */
export const cellTexts: Readonly<Record<string, OptionText>> = {
  'space.base': text('Base', 'Leaves of the tree that a cell is; each has weights of its own.', '8'),
  'space.combinations': text(
    'Combinations',
    'How the two values that meet at a node may be combined.',
    'elem_mult, add (control: and max)',
  ),
  'space.activations': text(
    'Activations',
    'What may be applied to the combined value.',
    'identity, tanh, sigmoid, relu (control: and sin)',
  ),
  'recipe.level': text('Level', 'Whether tokens are words or characters.', 'word'),
  'recipe.vocabularyLimit': text(
    'Vocabulary',
    'Different tokens at most, the rarest becoming <unk>; auto as suits the form of the text (10,000 words for plain text); null for no limit.',
  ),
  'recipe.layers': text('Layers', 'Recurrent layers of the language model, all of the same cell.', '2'),
  'recipe.size.kind': text(
    'Size',
    'parameters: units are as many as come closest to a number of parameters. hidden: their number is given.',
    'parameters',
  ),
  'recipe.size.parameters': text(
    'Parameters',
    'Trained numbers that a language model is to have.',
    '20000000',
  ),
  'recipe.size.hidden': text('Units', 'Units of each layer and of the embedding.'),
  'recipe.sharedEmbeddings': text(
    'Shared embeddings',
    'Whether the softmax takes the embedding as its weights.',
    'false',
  ),
  'recipe.steps': text('Steps', 'Steps of text through which gradients flow back.', '35'),
  'recipe.clipNorm': text(
    'Gradient norm at most',
    'Larger gradients are scaled down to this norm; null leaves them as they are.',
    '5',
  ),
  'recipe.decay.constantEpochs': text('Epochs at full rate', 'The learning rate falls after so many epochs.'),
  'recipe.decay.divisor': text('Decay divisor', 'What the rate is divided by before each further epoch.'),
  'recipe.dropout.kind': text(
    'Dropout',
    'none; standard: on connections that are not recurrent, anew at each step; variational: one draw for all steps, on all connections.',
    'standard',
  ),
  'recipe.dropout.rate': text('Dropout rate', 'Share of the values that become 0.', '0.5'),
  'recipe.dropout.words': text(
    'Dropout of words',
    'Share of the words that vanish, everywhere in the window of a row.',
  ),
  'recipe.dropout.between': text(
    'Dropout between layers',
    'Share of the values before every layer that become 0.',
  ),
  'recipe.dropout.recurrent': text('Recurrent dropout', 'Share of the hidden state that becomes 0.'),
  'recipe.dropout.output': text(
    'Dropout before the softmax',
    'Share of the values before the softmax that become 0.',
  ),
  'recipe.dropout.samples': text(
    'Monte Carlo draws',
    'Draws of dropout whose probabilities are averaged when the trained model is measured at last; 0 for none.',
  ),
  'recipe.initialRange': text(
    'Initial range',
    'Weights start evenly spread between minus this value and this value.',
  ),
  'recipe.forgetBias': text('Forget bias', "Where the bias of an LSTM's forget gate starts."),
  'recipe.rewardConstant': text('Constant of the reward', 'The c of the reward c / perplexity².', '80'),
};
