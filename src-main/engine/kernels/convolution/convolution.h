#pragma once

#include <cstdint>
#include <vector>

#include "kernels.h"

// The parts of the convolution kernels: micro-kernels and Winograd's transforms.

// The micro-kernel of the direct 1-D convolution along a row: mr filters × nr vectors of pixels, accumulated in registers.

/** Pixels in a vector: one register with AVX-512, two with AVX2. */
constexpr int64_t pixelLanes = 16;

/** One tile: acc[filter][vector] += Σ over channels and kernel columns of filter · input. */
struct ConvTile {
  /** Packed input [channels][channelStride], whose rows are rowStride apart, and packed filter [channels][kernelWidth][mr]. */
  const float *input, *filter;
  int64_t channels, kernelWidth, rowStride, channelStride;
  /** Where each vector's pixels start in a channel, at the first kernel column. */
  const int64_t* offsets;
  /** [mr][vectors][pixelLanes] with accStride between filters; overwritten if `first`, else added to. */
  float* acc;
  int64_t accStride;
  bool first;
};

using ConvMicrokernel = void (*)(const ConvTile&);

/**
 * The micro-kernels of an instruction set. Each table is indexed by whether a vector holds halves of two rows, then by mr − 1.
 */
struct ConvMicrokernels {
  /** The largest tile. */
  int64_t mr, nr;
  const ConvMicrokernel* wholeTile[2];
  /** Fewer filters, more vectors: for convolutions with few filters. */
  int64_t smallMr, smallNr;
  const ConvMicrokernel* smallTile[2];
  /** mr filters by a single vector: for the tail. */
  const ConvMicrokernel* oneVector[2];
};

/** Those of this CPU. */
const ConvMicrokernels& convMicrokernels();

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

// Winograd's minimal filtering F(m, r) in one dimension, along the height of images (Lavin and Gray, "Fast Algorithms for
// Convolutional Neural Networks", 2016). An r-tap filter over a column of pixels yields m outputs with m + r − 1 multiplications
// instead of m · r. Here a "pixel" is a row of an image and a "multiplication" a 1-D convolution along that row, so any kernel
// width works.

/**
 * The transforms of F(m, r):
 *   output[o] = Σ_p outputTransform[p][o] · (Σ_t filterTransform[p][t] · filter[t]) · (Σ_i inputTransform[p][i] · input[i])
 * and, transposed, the filter gradient:
 *   dfilter[t] = Σ_p filterTransform[p][t] · (Σ_o outputTransform[p][o] · dy[o]) · (Σ_i inputTransform[p][i] · input[i])
 *
 * The interpolation points are 0, ±1, ½, −2, 2, −½ and ∞. Each point costs precision, so more than five taps are split into
 * filters of at most five, whose outputs add up; a single tap is F(1, 1).
 */
struct WinogradTransform {
  /** @param r taps (kernel rows), at most maxKernelRows */
  explicit WinogradTransform(int64_t r);

  /** Taps; outputs per tile; inputs per tile (m + r − 1); multiplications per tile. */
  int64_t r, m, inputs, alpha = 0;
  /** [alpha][inputs], [alpha][r], [alpha][m]. */
  std::vector<float> inputTransform, filterTransform, outputTransform;

 private:
  /** Appends the points of the filter of taps [first, first + count). */
  void addFilter(int64_t first, int64_t count);
};

/** Outputs per tile for r > 1. */
constexpr int64_t winogradOutputs = 4;
/** Taps that one set of interpolation points covers. */
constexpr int64_t winogradTaps = 5;
/** The most multiplications per tile: those of maxKernelRows taps. */
constexpr int64_t maxAlpha = maxKernelRows + (winogradOutputs - 1) * (maxKernelRows / winogradTaps);

/** Σ coefficient · row over up to maxAlpha rows; terms with coefficient 0 are dropped. */
class LinearCombination {
 public:
  void add(const float* row, float coefficient) {
    if (coefficient == 0.0f) return;
    rows[terms] = row;
    coefficients[terms++] = coefficient;
  }
  bool isEmpty() const { return terms == 0; }
  /** The row itself if the sum is 1 · row, else null. */
  const float* singleRow() const { return terms == 1 && coefficients[0] == 1.0f ? rows[0] : nullptr; }
  /** Writes `count` values of each of `planes` planes: row + plane · planeStride to out + plane · outStride. */
  void evaluate(int64_t count, float* out, int64_t planes = 1, int64_t planeStride = 0, int64_t outStride = 0) const;

 private:
  int64_t terms = 0;
  const float* rows[maxAlpha];
  float coefficients[maxAlpha];
};
