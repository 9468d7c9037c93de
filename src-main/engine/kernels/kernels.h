#pragma once

#include <cstdint>
#include <functional>
#include <vector>

// Custom TensorFlow kernels for CPUs with AVX2 and FMA; most have a second implementation for AVX-512. All tensors are row-major
// float32.

/** Compiles a function for an instruction set. Which one runs is decided at run time: machines may share a home folder. */
#define AVX2 __attribute__((target("avx2,fma")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))

/** Whether functions marked AVX512 run: the CPU has it, and oneDNN's ONEDNN_MAX_CPU_ISA does not forbid it. */
bool useAvx512();

/** A convolution of images [batch, inHeight, inWidth, inChannels] to [batch, outHeight, outWidth, outChannels]. */
struct ConvParams {
  int64_t batch, inHeight, inWidth, inChannels;
  int64_t kernelHeight, kernelWidth, outChannels;
  int64_t outHeight, outWidth;
  int64_t strideHeight, strideWidth;
  /** Rows and columns of zeros before the image. */
  int64_t padTop, padLeft;
};

/** The most kernel rows that `convForward` and `convBackwardInput` take. */
constexpr int64_t maxKernelRows = 20;

/** Whether `convForward` and `convBackwardInput` support it: stride 1 and at most `maxKernelRows` kernel rows. */
bool isConvSupported(const ConvParams& params);

/** @param filter [kernelHeight, kernelWidth, inChannels, outChannels] */
void convForward(const ConvParams& params, const float* images, const float* filter, float* output);

/** The gradient of the input. @param dy gradient of the output */
void convBackwardInput(const ConvParams& params, const float* dy, const float* filter, float* dx);

/**
 * The gradient of the filter [kernelHeight, kernelWidth, inChannels, outChannels], with any strides. Deterministic for a given
 * number of threads.
 * @param dy gradient of the output
 */
void convBackwardFilter(const ConvParams& params, const float* images, const float* dy, float* dfilter);

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

/** y = max(0, scale · (x − mean) / √(variance + epsilon) + offset). Deterministic for a given number of threads. */
void batchNormReluForward(const BatchNormParams& params, const float* x, const float* scale, const float* offset,
                          const RunningStats& running, const BatchNormOutputs& out);

/**
 * The backward pass; recomputes the ReLU mask from x.
 * @param dy may alias out.dx
 */
void batchNormReluBackward(const BatchNormParams& params, const float* dy, const float* x, const float* scale,
                           const float* offset, const float* mean, const float* invStd, const BatchNormGradients& out);

/** A range of the channels of images. */
struct ChannelSlice {
  /** The first channel of the first pixel. */
  const float* data;
  /** Floats from a pixel to the next. */
  int64_t pixelStride;
};

/** The sum of slices of `channels` channels each: [pixels, channels]. */
void sumChannelSlices(const std::vector<ChannelSlice>& slices, int64_t pixels, int64_t channels, float* sum);

/** a / b rounded up, for a ≥ 0 and b > 0. */
inline int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

/** Threads that a kernel may use: TF_NUM_INTRAOP_THREADS, or one per CPU if unset. */
int numThreads();

/** Runs body(0) ... body(count - 1) on the thread pool and the calling thread; returns when all are done. */
void parallelFor(int64_t count, const std::function<void(int64_t)>& body);
