#pragma once

#include <cstdint>
#include <functional>

// Kernels of our own for TensorFlow, for processors with AVX2 and FMA, some with other loops for AVX-512. Everything is row-major
// float32.

/** Functions for one kind of processor; which it is, is asked when they are called, as a home folder may be shared by machines. */
#define AVX2 __attribute__((target("avx2,fma")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))

/** Whether functions marked AVX512 run here. */
inline bool hasAvx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

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

/** Threads that a kernel may use: TF_NUM_INTRAOP_THREADS, else one per processor. */
int threadCount();

/** Runs run(0) ... run(parts - 1), side by side where threads are free, and returns when all are done. */
void inParallel(int64_t parts, const std::function<void(int64_t)>& run);
