#pragma once

#include <cstdint>
#include <functional>
#include <vector>

// Kernels of our own for TensorFlow, for processors with AVX2 and FMA, some with other loops for AVX-512. Everything is row-major
// float32.

/** Functions for one kind of processor; which it is, is asked when they are called, as a home folder may be shared by machines. */
#define AVX2 __attribute__((target("avx2,fma")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))

/** Whether functions marked AVX512 run here, and oneDNN's ONEDNN_MAX_CPU_ISA does not ask for less. */
bool hasAvx512();

/** A convolution of images [batch, height, width, depth] to [batch, outHeight, outWidth, filters]. */
struct Convolution {
  int64_t batch, height, width, depth;
  int64_t kernelHeight, kernelWidth, filters;
  int64_t outHeight, outWidth;
  int64_t strideHeight, strideWidth;
  /** Rows and columns of zeros before the image. */
  int64_t top, left;
};

/**
 * The gradient of the filter [kernelHeight, kernelWidth, depth, filters]. The same for the same number of threads, however
 * they are scheduled.
 * @param images of the convolution's input
 * @param gradients with respect to its output
 */
void filterGradient(const Convolution& convolution, const float* images, const float* gradients, float* result);

/** Whether the next two run: strides of one, at most seven kernel rows, and a processor with AVX-512. */
bool convolves(const Convolution& convolution);

/** The convolution itself. @param filter [kernelHeight, kernelWidth, depth, filters] */
void convolve(const Convolution& convolution, const float* images, const float* filter, float* result);

/** The gradient of its input. @param gradients with respect to its output */
void inputGradient(const Convolution& convolution, const float* gradients, const float* filter, float* result);

/** Images seen as pixels [pixels, channels]. */
struct Normalization {
  int64_t pixels, channels;
  float epsilon;
};

/** Averages [channels] that follow the batches by rate; not read at a rate of 1. */
struct MovingAverages {
  const float *mean, *variance;
  float rate;
};

/** y [pixels, channels]; the others are [channels]: the batch's mean, 1 / √(variance + epsilon), and the averages after the batch. */
struct NormalizedBatch {
  float *y, *movedMean, *movedVariance, *mean, *inverse;
};

/** With respect to x [pixels, channels], scale and offset [channels]. */
struct NormalizationGradient {
  float *x, *scale, *offset;
};

/** y = max(0, scale · (x − mean) / √(variance + epsilon) + offset). The same for the same number of threads. */
void normalizeAndRectify(const Normalization& normalization, const float* x, const float* scale, const float* offset,
                         const MovingAverages& moving, const NormalizedBatch& result);

/**
 * The gradient of that, from dy, x and what it gave. Where y is zero is found from x again.
 * @param dy may be where the gradient of x goes
 */
void normalizeAndRectifyGradient(const Normalization& normalization, const float* dy, const float* x,
                                 const float* scale, const float* offset, const float* mean, const float* inverse,
                                 const NormalizationGradient& result);

/** Some channels of images: the first of the first pixel, and from a pixel to the next. */
struct ChannelSlice {
  const float* images;
  int64_t stride;
};

/** The sum of slices of so many channels, [pixels, channels]. */
void addChannels(const std::vector<ChannelSlice>& slices, int64_t pixels, int64_t channels, float* result);

/** a / b for b above 0, rounded up where a is not negative. */
inline int64_t ceilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }

/** Threads that a kernel may use: TF_NUM_INTRAOP_THREADS, else one per processor. */
int threadCount();

/** Runs run(0) ... run(parts - 1), side by side where threads are free, and returns when all are done. */
void inParallel(int64_t parts, const std::function<void(int64_t)>& run);
