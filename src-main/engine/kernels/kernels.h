#pragma once

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <new>

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

/** a / b rounded up, for a ≥ 0 and b > 0. */
inline int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

/** Threads that a kernel may use: TF_NUM_INTRAOP_THREADS, or one per CPU if unset. */
int numThreads();

/** Runs body(0) ... body(count - 1) on the thread pool and the calling thread; returns when all are done. */
void parallelFor(int64_t count, const std::function<void(int64_t)>& body);

/** Transposes a matrix [rows, columns] with row stride `stride` to [columns, rows] with row stride `outStride`. */
void transpose(const float* in, int64_t stride, int64_t rows, int64_t columns, float* out, int64_t outStride);

/**
 * Sets FTZ (flush to zero) and DAZ (denormals are zero) on this thread while in scope, as TensorFlow does on its own threads.
 * Denormals are slow, and results must not depend on which thread computes them.
 */
class ScopedFlushDenormals {
 public:
  ScopedFlushDenormals() : saved_(__builtin_ia32_stmxcsr()) { __builtin_ia32_ldmxcsr(saved_ | ftz | daz); }
  ~ScopedFlushDenormals() { __builtin_ia32_ldmxcsr(saved_); }
  ScopedFlushDenormals(const ScopedFlushDenormals&) = delete;
  ScopedFlushDenormals& operator=(const ScopedFlushDenormals&) = delete;

 private:
  static constexpr unsigned ftz = 0x8000, daz = 0x0040;
  const unsigned saved_;
};

/**
 * A thread-local scratch buffer per `Tag`, uninitialised and aligned to a cache line. It is kept between kernels: page faults on
 * fresh memory cost more than most kernels.
 */
template <class Tag>
float* scratch(int64_t count) {
  struct Free {
    void operator()(float* memory) const { std::free(memory); }
  };
  thread_local std::unique_ptr<float[], Free> buffer;
  thread_local int64_t capacity = 0;
  if (capacity < count) {
    buffer.reset();
    capacity = 0;
    buffer.reset(static_cast<float*>(std::aligned_alloc(64, (count * sizeof(float) + 63) / 64 * 64)));
    if (buffer == nullptr) throw std::bad_alloc();
    capacity = count;
  }
  return buffer.get();
}
