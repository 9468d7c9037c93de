#pragma once

#include <cstdint>

// The micro-kernel of the filter gradient: a GEMM micro-kernel whose depth is the output pixels.

/** A row of output pixels. */
struct PixelRow {
  /** The input under the kernel row at the first pixel. */
  const float* image;
  /** The output gradient of the first pixel. */
  const float* gradient;
};

/** Floats from a pixel to the next. */
struct PixelStrides {
  int64_t image, gradient;
};

/**
 * acc[r][c] += Σ over `width` pixels of each of `count` rows of gradient[filter + r] · image[column + c].
 * acc is [mr][nr]; the instance decides how many rows and vectors of it are used.
 */
using FilterMicrokernel = void (*)(const PixelRow* rows, int64_t count, int64_t width, PixelStrides strides,
                                   int64_t column, int64_t filter, float* acc);

/** The micro-kernels of an instruction set. */
struct FilterMicrokernels {
  /** The largest tile: output channels × im2col columns (kernel column, channel); nr is two registers. */
  int64_t mr, nr;
  /** Pixels per pass over a tile: few enough that their columns stay in the L1 cache, enough to amortise loading acc. */
  int64_t pixelBlock;
  /** Indexed by registers − 1, then by rows − 1. */
  const FilterMicrokernel* kernels[2];
};

/** Those of this CPU. */
const FilterMicrokernels& filterMicrokernels();
