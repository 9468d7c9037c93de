import batchNorm from './batch-norm.cc?raw';
import batchNormOp from './batch-norm-op.cc?raw';
import filterGradient from './filter-gradient.cc?raw';
import filterGradientOp from './filter-gradient-op.cc?raw';
import filterTiles from './filter-tiles.cc?raw';
import filterTilesHeader from './filter-tiles.h?raw';

/** The kernels of convolutional layers, by file name. */
export const imageSources: Readonly<Record<string, string>> = {
  'batch-norm.cc': batchNorm,
  'batch-norm-op.cc': batchNormOp,
  'filter-gradient.cc': filterGradient,
  'filter-gradient-op.cc': filterGradientOp,
  'filter-tiles.cc': filterTiles,
  'filter-tiles.h': filterTilesHeader,
};
