#pragma once

#include <cstdint>

// The innermost loops of the gradient of a filter, for the vectors of one processor or another.

/** A row of output pixels: where its gradients start, and the first column under the kernel's row. */
struct PixelRow {
  const float* image;
  const float* gradient;
};

/** From a pixel to the next. */
struct PixelStrides {
  int64_t image, gradient;
};

/** Adds to sums [rows][columns of a tile], over the pixels of some rows. Of the tile's rows, only some may be there. */
using AddFilterTile = void (*)(const PixelRow* pixels, int64_t count, int64_t width, PixelStrides strides, int64_t column,
                               int64_t filter, float* sums);

/** What tiles a processor can hold in its registers. */
struct FilterTiles {
  /** At most so many filters, and so many columns (kernel column, channel): two vectors. */
  int64_t rows, columns;
  /** Pixels that go by before the next tile: few enough for their columns to stay in the first cache, many enough to pay the sums. */
  int64_t pixelsAtOnce;
  /** By vectors - 1 and rows - 1. */
  const AddFilterTile* add[2];
};

/** For this processor. */
const FilterTiles& filterTiles();
