#pragma once

#include <cstdint>
#include <vector>

#include "kernels.h"

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
