#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "kernels.h"
#include "tensorflow-c.h"

// CellsmithBatchNormRelu: FusedBatchNormV3 in training, fused with the ReLU after it. Its last two outputs replace the reserve space.
// CellsmithBatchNormReluGrad: the gradient of both.
//
// Forward and backward each make two passes over memory: one reduces, one writes. Channels rarely fill a vector, so per-channel values
// are replicated over enough pixels that they do; the loop over pixels and channels is then one flat loop.

namespace {

/** Images seen as [pixels, channels]. */
struct BatchNormParams {
  int64_t pixels, channels;
  float epsilon;
};

/** Running averages [channels]; new = old · (1 − factor) + batch · factor. Not read if factor is 1. */
struct RunningStats {
  const float *mean, *variance;
  float factor;
};

/** y is [pixels, channels], the rest [channels]. invStd is 1 / √(variance + epsilon). */
struct BatchNormOutputs {
  float *y, *runningMean, *runningVariance, *mean, *invStd;
};

/** dx is [pixels, channels], dscale and doffset are [channels]. */
struct BatchNormGradients {
  float *dx, *dscale, *doffset;
};

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

/** y = max(0, scale · (x − mean) / √(variance + epsilon) + offset). Deterministic for a given number of threads. */
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

/**
 * The backward pass; recomputes the ReLU mask from x.
 * @param dy may alias out.dx
 */
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

struct Attributes {
  float epsilon, factor;
};

void* create(TF_OpKernelConstruction* context) {
  return constructOrReport(context, [&] {
    return new Attributes{floatAttr(context, "epsilon"), floatAttr(context, "exponential_avg_factor")};
  });
}

void destroy(void* attributes) { delete static_cast<Attributes*>(attributes); }

BatchNormParams batchNormParams(const Shape4& x, float epsilon) {
  return {x.dims[0] * x.dims[1] * x.dims[2], x.dims[3], epsilon};
}

void checkVectors(const BatchNormParams& p, std::initializer_list<const Tensor*> vectors) {
  for (const Tensor* vector : vectors)
    if (TF_TensorElementCount(vector->get()) != p.channels)
      throw std::invalid_argument("scale, offset, mean and variance must have one element per channel");
}

void computeForward(void* attributes, TF_OpKernelContext* context) {
  computeOrReport(context, [&] {
    const auto [epsilon, factor] = *static_cast<Attributes*>(attributes);
    const Tensor x = getInput(context, 0), scale = getInput(context, 1), offset = getInput(context, 2);
    const Tensor mean = getInput(context, 3), variance = getInput(context, 4);
    const Shape4 shape = shape4(x);
    const BatchNormParams p = batchNormParams(shape, epsilon);
    checkVectors(p, {&scale, &offset});
    if (factor != 1.0f) checkVectors(p, {&mean, &variance});
    const auto vector = [&](int index) { return allocateOutput(context, index, {p.channels}); };
    const Tensor y = allocateOutput(context, 0, {shape.dims[0], shape.dims[1], shape.dims[2], shape.dims[3]});
    const Tensor runningMean = vector(1), runningVariance = vector(2), batchMean = vector(3), invStd = vector(4);
    batchNormReluForward(p, floats(x), floats(scale), floats(offset), {floats(mean), floats(variance), factor},
                         {floats(y), floats(runningMean), floats(runningVariance), floats(batchMean), floats(invStd)});
  });
}

void computeBackward(void*, TF_OpKernelContext* context) {
  computeOrReport(context, [&] {
    const Tensor x = getInput(context, 1), scale = getInput(context, 2), offset = getInput(context, 3);
    const Tensor mean = getInput(context, 4), invStd = getInput(context, 5);
    const Shape4 shape = shape4(x);
    const BatchNormParams p = batchNormParams(shape, 0.0f);
    checkVectors(p, {&scale, &offset, &mean, &invStd});
    // Reuses the buffer of dy if nothing else reads it. Must come before getInput(0), which takes a reference.
    const int candidate = 0;
    int forwarded = -1;
    const Status status(TF_NewStatus());
    const Tensor dx(
        TF_ForwardInputOrAllocateOutput(context, &candidate, 1, 0, shape.dims, 4, &forwarded, status.get()));
    check(status);
    const Tensor dy = getInput(context, 0);
    if (TF_TensorElementCount(dy.get()) != p.pixels * p.channels)
      throw std::invalid_argument("the output gradient does not have the shape of the images");
    const Tensor dscale = allocateOutput(context, 1, {p.channels}), doffset = allocateOutput(context, 2, {p.channels});
    batchNormReluBackward(p, floats(dy), floats(x), floats(scale), floats(offset), floats(mean), floats(invStd),
                          {floats(dx), floats(dscale), floats(doffset)});
  });
}

}  // namespace

void registerBatchNorm() {
  registerCpuKernel("CellsmithBatchNormRelu",
                    {{"x: T", "scale: T", "offset: T", "mean: T", "variance: T"},
                     {"y: T", "batch_mean: T", "batch_variance: T", "saved_mean: T", "inverse: T"},
                     {"T: {float}", "epsilon: float", "exponential_avg_factor: float"}},
                    create, computeForward, destroy);
  registerCpuKernel("CellsmithBatchNormReluGrad",
                    {{"y_backprop: T", "x: T", "scale: T", "offset: T", "saved_mean: T", "inverse: T"},
                     {"x_backprop: T", "scale_backprop: T", "offset_backprop: T"},
                     {"T: {float}"}},
                    nullptr, computeBackward, nullptr);
}
