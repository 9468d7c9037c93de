#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "kernels.h"

// Batch normalisation fused with ReLU. Forward and backward each make two passes over memory: one reduces, one writes. Channels rarely
// fill a vector, so per-channel values are replicated over enough pixels that they do; the loop over pixels and channels is then one
// flat loop.

namespace {

/** Multi-versioned: compiled for each instruction set and dispatched by the loader. */
#define MULTIVERSIONED __attribute__((target_clones("avx512f", "avx2", "default")))

/** Pixels that float32 accumulators sum before they are flushed to float64. */
constexpr int64_t pixelsPerFlush = 1024;
/** Pixels that estimate the mean. Deviations are taken from the estimate, so that the variance loses few digits. */
constexpr int64_t meanSamples = 64;

MULTIVERSIONED void addMoments(int64_t count, const float* __restrict x, const float* __restrict shift,
                               float* __restrict sums, float* __restrict squares) {
  for (int64_t i = 0; i < count; i++) {
    const float deviation = x[i] - shift[i];
    sums[i] += deviation;
    squares[i] += deviation * deviation;
  }
}

MULTIVERSIONED void normalizeRelu(int64_t count, const float* __restrict x, const float* __restrict mean,
                                  const float* __restrict scale, const float* __restrict offset, float* __restrict y) {
  for (int64_t i = 0; i < count; i++) {
    const float value = (x[i] - mean[i]) * scale[i] + offset[i];
    y[i] = value > 0.0f ? value : 0.0f;
  }
}

MULTIVERSIONED void addGradientMoments(int64_t count, const float* __restrict dy, const float* __restrict x,
                                       const float* __restrict mean, const float* __restrict scale,
                                       const float* __restrict offset, float* __restrict sums,
                                       float* __restrict products) {
  for (int64_t i = 0; i < count; i++) {
    const float deviation = x[i] - mean[i];
    const float gradient = dy[i], masked = deviation * scale[i] + offset[i] > 0.0f ? gradient : 0.0f;
    sums[i] += masked;
    products[i] += masked * deviation;
  }
}

/** dy may alias dx. */
MULTIVERSIONED void inputGradient(int64_t count, const float* dy, const float* __restrict x,
                                  const float* __restrict mean, const float* __restrict scale,
                                  const float* __restrict offset, const float* __restrict slope,
                                  const float* __restrict constant, float* dx) {
#pragma GCC ivdep
  for (int64_t i = 0; i < count; i++) {
    const float deviation = x[i] - mean[i];
    const float gradient = dy[i], masked = deviation * scale[i] + offset[i] > 0.0f ? gradient : 0.0f;
    dx[i] = masked * scale[i] + deviation * slope[i] + constant[i];
  }
}

/** Blocking: pixels per flat loop and parallel parts. */
struct Blocks {
  explicit Blocks(const BatchNormParams& p)
      : channels(p.channels), pixels(p.pixels), parts(std::min<int64_t>(p.pixels, numThreads() * 4)) {
    const int64_t fullVectors = 16 / std::gcd<int64_t>(channels, 16);
    pixelBlock = fullVectors * std::max<int64_t>(1, 256 / (fullVectors * channels));
  }

  const int64_t channels, pixels, parts;
  int64_t pixelBlock;

  /** valueOf(channel), replicated over the pixels of a block. */
  template <class ValueOf>
  std::vector<float> replicate(ValueOf valueOf) const {
    std::vector<float> table(pixelBlock * channels);
    for (size_t i = 0; i < table.size(); i++) table[i] = valueOf(i % channels);
    return table;
  }

  /** Calls body(first element, element count) for each block of a part. */
  template <class Body>
  void forEach(int64_t part, Body body) const {
    const int64_t end = pixels * (part + 1) / parts;
    for (int64_t pixel = pixels * part / parts; pixel < end; pixel += pixelBlock)
      body(pixel * channels, std::min(pixelBlock, end - pixel) * channels);
  }

  /**
   * Two sums per channel over all pixels, [2][channels]. Parts are reduced in a fixed order.
   * @param add(first, count, a, b) adds elements to the accumulators [pixelBlock · channels] of the two sums
   */
  template <class Add>
  std::vector<double> reduce(Add add) const {
    std::vector<double> totals(parts * 2 * channels, 0.0);
    parallelFor(parts, [&](int64_t part) {
      double* const total = &totals[part * 2 * channels];
      std::vector<float> acc(2 * pixelBlock * channels, 0.0f);
      const auto flush = [&] {
        for (size_t i = 0; i < acc.size(); i++)
          total[(static_cast<int64_t>(i) < pixelBlock * channels ? 0 : channels) + i % channels] += acc[i];
        std::fill(acc.begin(), acc.end(), 0.0f);
      };
      int64_t added = 0;
      forEach(part, [&](int64_t first, int64_t count) {
        add(first, count, acc.data(), acc.data() + pixelBlock * channels);
        if ((added += pixelBlock) < pixelsPerFlush) return;
        flush();
        added = 0;
      });
      flush();
    });
    for (int64_t part = 1; part < parts; part++)
      for (int64_t i = 0; i < 2 * channels; i++) totals[i] += totals[part * 2 * channels + i];
    totals.resize(2 * channels);
    return totals;
  }
};

}  // namespace

void batchNormReluForward(const BatchNormParams& p, const float* x, const float* scale, const float* offset,
                          const RunningStats& running, const BatchNormOutputs& out) {
  const Blocks blocks(p);
  std::vector<float> shift(p.channels, 0.0f);
  const int64_t samples = std::min(meanSamples, p.pixels);
  for (int64_t i = 0; i < samples; i++)
    for (int64_t c = 0; c < p.channels; c++) shift[c] += x[p.pixels * i / samples * p.channels + c] / samples;
  const auto shifts = blocks.replicate([&](int64_t c) { return shift[c]; });
  const auto moments = blocks.reduce([&](int64_t first, int64_t count, float* sums, float* squares) {
    addMoments(count, x + first, shifts.data(), sums, squares);
  });
  for (int64_t c = 0; c < p.channels; c++) {
    const double deviation = moments[c] / p.pixels;
    const double variance = std::max(0.0, moments[p.channels + c] / p.pixels - deviation * deviation);
    out.mean[c] = shift[c] + deviation;
    out.invStd[c] = 1.0 / std::sqrt(variance + p.epsilon);
    // Bessel's correction, as in TensorFlow.
    const double unbiased = variance * p.pixels / std::max<int64_t>(1, p.pixels - 1);
    const bool averages = running.factor != 1.0f;
    out.runningMean[c] = averages ? running.mean[c] * (1 - running.factor) + out.mean[c] * running.factor : out.mean[c];
    out.runningVariance[c] =
        averages ? running.variance[c] * (1 - running.factor) + unbiased * running.factor : unbiased;
  }
  const auto means = blocks.replicate([&](int64_t c) { return out.mean[c]; });
  const auto scales = blocks.replicate([&](int64_t c) { return scale[c] * out.invStd[c]; });
  const auto offsets = blocks.replicate([&](int64_t c) { return offset[c]; });
  parallelFor(blocks.parts, [&](int64_t part) {
    blocks.forEach(part, [&](int64_t first, int64_t count) {
      normalizeRelu(count, x + first, means.data(), scales.data(), offsets.data(), out.y + first);
    });
  });
}

void batchNormReluBackward(const BatchNormParams& p, const float* dy, const float* x, const float* scale,
                           const float* offset, const float* mean, const float* invStd, const BatchNormGradients& out) {
  const Blocks blocks(p);
  const auto means = blocks.replicate([&](int64_t c) { return mean[c]; });
  const auto scales = blocks.replicate([&](int64_t c) { return scale[c] * invStd[c]; });
  const auto offsets = blocks.replicate([&](int64_t c) { return offset[c]; });
  const auto moments = blocks.reduce([&](int64_t first, int64_t count, float* sums, float* products) {
    addGradientMoments(count, dy + first, x + first, means.data(), scales.data(), offsets.data(), sums, products);
  });
  for (int64_t c = 0; c < p.channels; c++) {
    out.doffset[c] = moments[c];
    out.dscale[c] = moments[p.channels + c] * invStd[c];
  }
  // The gradient through variance (slope) and mean (constant).
  const auto slopes = blocks.replicate(
      [&](int64_t c) { return -scale[c] * invStd[c] * invStd[c] * invStd[c] * moments[p.channels + c] / p.pixels; });
  const auto constants = blocks.replicate([&](int64_t c) { return -scale[c] * invStd[c] * moments[c] / p.pixels; });
  parallelFor(blocks.parts, [&](int64_t part) {
    blocks.forEach(part, [&](int64_t first, int64_t count) {
      inputGradient(count, dy + first, x + first, means.data(), scales.data(), offsets.data(), slopes.data(),
                    constants.data(), out.dx + first);
    });
  });
}
