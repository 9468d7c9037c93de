import { optionText as text, type OptionText } from './option-text';

export const convSpaceTexts: Readonly<Record<string, OptionText>> = {
  'space.kind': text(
    'Kind',
    'conv: convolutional networks for images; cell: recurrent cells for text.',
    'conv (Penn Treebank: cell)',
  ),
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
