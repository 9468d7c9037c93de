import batchNorm from './batch-norm.cc?raw';
import batchNormOp from './batch-norm-op.cc?raw';
import channelSums from './channel-sums.cc?raw';
import channelSumsOp from './channel-sums-op.cc?raw';
import convolution from './convolution.cc?raw';
import convolutionOp from './convolution-op.cc?raw';
import filterGradient from './filter-gradient.cc?raw';
import filterGradientOp from './filter-gradient-op.cc?raw';
import filterTiles from './filter-tiles.cc?raw';
import filterTilesHeader from './filter-tiles.h?raw';
import pixelTiles from './pixel-tiles.cc?raw';
import pixelTilesHeader from './pixel-tiles.h?raw';
import window from './window.cc?raw';
import windowHeader from './window.h?raw';

/** The kernels of convolutional layers, by file name. */
export const imageSources: Readonly<Record<string, string>> = {
  'batch-norm.cc': batchNorm,
  'batch-norm-op.cc': batchNormOp,
  'channel-sums.cc': channelSums,
  'channel-sums-op.cc': channelSumsOp,
  'convolution.cc': convolution,
  'convolution-op.cc': convolutionOp,
  'filter-gradient.cc': filterGradient,
  'filter-gradient-op.cc': filterGradientOp,
  'filter-tiles.cc': filterTiles,
  'filter-tiles.h': filterTilesHeader,
  'pixel-tiles.cc': pixelTiles,
  'pixel-tiles.h': pixelTilesHeader,
  'window.cc': window,
  'window.h': windowHeader,
};
