#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "kernels.h"

// Batch normalisation with the ReLU after it goes over memory twice, as does its gradient: once for sums, once for the result. Channels
// rarely fill a vector, so all that is per channel stands in tables of so many pixels that they do: loops over pixels and channels
// become one.

namespace {

/** The loops of this file, compiled for several kinds of processor. */
#define VECTORISED __attribute__((target_clones("avx512f", "avx2", "default")))

/** Pixels of which sums are kept in float32 before they are added to the totals, which have twice the digits. */
constexpr int64_t pixelsInFloat = 1024;
/** Pixels from which the mean is guessed, so that little is lost when squares of deviations from it are added up. */
constexpr int64_t sampled = 64;

VECTORISED void addDeviations(int64_t count, const float* __restrict x, const float* __restrict guess,
                              float* __restrict sums, float* __restrict squares) {
  for (int64_t i = 0; i < count; i++) {
    const float deviation = x[i] - guess[i];
    sums[i] += deviation;
    squares[i] += deviation * deviation;
  }
}

VECTORISED void normalize(int64_t count, const float* __restrict x, const float* __restrict mean,
                          const float* __restrict scale, const float* __restrict offset, float* __restrict y) {
  for (int64_t i = 0; i < count; i++) {
    const float value = (x[i] - mean[i]) * scale[i] + offset[i];
    y[i] = value > 0.0f ? value : 0.0f;
  }
}

VECTORISED void addGradients(int64_t count, const float* __restrict dy, const float* __restrict x,
                             const float* __restrict mean, const float* __restrict scale,
                             const float* __restrict offset, float* __restrict sums, float* __restrict products) {
  for (int64_t i = 0; i < count; i++) {
    const float deviation = x[i] - mean[i];
    const float arrived = dy[i], passed = deviation * scale[i] + offset[i] > 0.0f ? arrived : 0.0f;
    sums[i] += passed;
    products[i] += passed * deviation;
  }
}

/** dy may be dx. */
VECTORISED void differentiate(int64_t count, const float* dy, const float* __restrict x, const float* __restrict mean,
                              const float* __restrict scale, const float* __restrict offset,
                              const float* __restrict slope, const float* __restrict constant, float* dx) {
#pragma GCC ivdep
  for (int64_t i = 0; i < count; i++) {
    const float deviation = x[i] - mean[i];
    const float arrived = dy[i], passed = deviation * scale[i] + offset[i] > 0.0f ? arrived : 0.0f;
    dx[i] = passed * scale[i] + deviation * slope[i] + constant[i];
  }
}

/** How pixels are taken: so many at once that their channels fill vectors, and so many parts side by side. */
struct Walk {
  explicit Walk(const Normalization& n)
      : channels(n.channels), pixels(n.pixels), parts(std::min<int64_t>(n.pixels, threadCount() * 4)) {
    const int64_t fills = 16 / std::gcd<int64_t>(channels, 16);
    together = fills * std::max<int64_t>(1, 256 / (fills * channels));
  }

  const int64_t channels, pixels, parts;
  int64_t together;

  /** The values of all channels, for every pixel of those that are taken at once. */
  template <class Value>
  std::vector<float> table(Value value) const {
    std::vector<float> filled(together * channels);
    for (size_t i = 0; i < filled.size(); i++) filled[i] = value(i % channels);
    return filled;
  }

  /** Calls run(first element, count of elements) over the pixels of a part. */
  template <class Run>
  void over(int64_t part, Run run) const {
    const int64_t end = pixels * (part + 1) / parts;
    for (int64_t pixel = pixels * part / parts; pixel < end; pixel += together)
      run(pixel * channels, std::min(together, end - pixel) * channels);
  }

  /**
   * Two sums of each channel over all pixels, each part by itself and then added in their order.
   * @param add(first, count, sums, others) adds elements to tables
   */
  template <class Add>
  std::vector<double> sums(Add add) const {
    std::vector<double> ofParts(parts * 2 * channels, 0.0);
    inParallel(parts, [&](int64_t part) {
      double* const total = &ofParts[part * 2 * channels];
      std::vector<float> some(2 * together * channels, 0.0f);
      const auto flush = [&] {
        for (size_t i = 0; i < some.size(); i++)
          total[(static_cast<int64_t>(i) < together * channels ? 0 : channels) + i % channels] += some[i];
        std::fill(some.begin(), some.end(), 0.0f);
      };
      int64_t added = 0;
      over(part, [&](int64_t first, int64_t count) {
        add(first, count, some.data(), some.data() + together * channels);
        if ((added += together) < pixelsInFloat) return;
        flush();
        added = 0;
      });
      flush();
    });
    for (int64_t part = 1; part < parts; part++)
      for (int64_t i = 0; i < 2 * channels; i++) ofParts[i] += ofParts[part * 2 * channels + i];
    ofParts.resize(2 * channels);
    return ofParts;
  }
};

}  // namespace

void normalizeAndRectify(const Normalization& n, const float* x, const float* scale, const float* offset,
                         const MovingAverages& moving, const NormalizedBatch& out) {
  const Walk walk(n);
  std::vector<float> guess(n.channels, 0.0f);
  const int64_t taken = std::min(sampled, n.pixels);
  for (int64_t i = 0; i < taken; i++)
    for (int64_t c = 0; c < n.channels; c++) guess[c] += x[n.pixels * i / taken * n.channels + c] / taken;
  const auto guesses = walk.table([&](int64_t c) { return guess[c]; });
  const auto sums = walk.sums([&](int64_t first, int64_t count, float* some, float* squares) {
    addDeviations(count, x + first, guesses.data(), some, squares);
  });
  for (int64_t c = 0; c < n.channels; c++) {
    const double deviation = sums[c] / n.pixels;
    const double variance = std::max(0.0, sums[n.channels + c] / n.pixels - deviation * deviation);
    out.mean[c] = guess[c] + deviation;
    out.inverse[c] = 1.0 / std::sqrt(variance + n.epsilon);
    // Bessel's correction, as TensorFlow has it.
    const double unbiased = variance * n.pixels / std::max<int64_t>(1, n.pixels - 1);
    const bool moves = moving.rate != 1.0f;
    out.movedMean[c] = moves ? moving.mean[c] * (1 - moving.rate) + out.mean[c] * moving.rate : out.mean[c];
    out.movedVariance[c] = moves ? moving.variance[c] * (1 - moving.rate) + unbiased * moving.rate : unbiased;
  }
  const auto means = walk.table([&](int64_t c) { return out.mean[c]; });
  const auto scales = walk.table([&](int64_t c) { return scale[c] * out.inverse[c]; });
  const auto offsets = walk.table([&](int64_t c) { return offset[c]; });
  inParallel(walk.parts, [&](int64_t part) {
    walk.over(part, [&](int64_t first, int64_t count) {
      normalize(count, x + first, means.data(), scales.data(), offsets.data(), out.y + first);
    });
  });
}

void normalizeAndRectifyGradient(const Normalization& n, const float* dy, const float* x, const float* scale,
                                 const float* offset, const float* mean, const float* inverse,
                                 const NormalizationGradient& out) {
  const Walk walk(n);
  const auto means = walk.table([&](int64_t c) { return mean[c]; });
  const auto scales = walk.table([&](int64_t c) { return scale[c] * inverse[c]; });
  const auto offsets = walk.table([&](int64_t c) { return offset[c]; });
  const auto sums = walk.sums([&](int64_t first, int64_t count, float* some, float* products) {
    addGradients(count, dy + first, x + first, means.data(), scales.data(), offsets.data(), some, products);
  });
  for (int64_t c = 0; c < n.channels; c++) {
    out.offset[c] = sums[c];
    out.scale[c] = sums[n.channels + c] * inverse[c];
  }
  // The parts of the gradient through variance and mean.
  const auto slopes = walk.table([&](int64_t c) {
    return -scale[c] * inverse[c] * inverse[c] * inverse[c] * sums[n.channels + c] / n.pixels;
  });
  const auto constants = walk.table([&](int64_t c) { return -scale[c] * inverse[c] * sums[c] / n.pixels; });
  inParallel(walk.parts, [&](int64_t part) {
    walk.over(part, [&](int64_t first, int64_t count) {
      differentiate(count, dy + first, x + first, means.data(), scales.data(), offsets.data(), slopes.data(),
                    constants.data(), out.x + first);
    });
  });
}
