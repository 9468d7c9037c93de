import columns from './columns.cc?raw';
import columnsHeader from './columns.h?raw';
import convolution from './convolution.cc?raw';
import convolutionOp from './convolution-op.cc?raw';
import filterGradient from './filter-gradient.cc?raw';
import filterGradientOp from './filter-gradient-op.cc?raw';
import filterTiles from './filter-tiles.cc?raw';
import filterTilesHeader from './filter-tiles.h?raw';
import pixelTiles from './pixel-tiles.cc?raw';
import pixelTilesHeader from './pixel-tiles.h?raw';
import turnMatrix from './turn-matrix.cc?raw';
import turnMatrixHeader from './turn-matrix.h?raw';

/** The kernels of convolutions and their gradients, by file name. */
export const convolutionSources: Readonly<Record<string, string>> = {
  'columns.cc': columns,
  'columns.h': columnsHeader,
  'convolution.cc': convolution,
  'convolution-op.cc': convolutionOp,
  'filter-gradient.cc': filterGradient,
  'filter-gradient-op.cc': filterGradientOp,
  'filter-tiles.cc': filterTiles,
  'filter-tiles.h': filterTilesHeader,
  'pixel-tiles.cc': pixelTiles,
  'pixel-tiles.h': pixelTilesHeader,
  'turn-matrix.cc': turnMatrix,
  'turn-matrix.h': turnMatrixHeader,
};
