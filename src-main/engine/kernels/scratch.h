#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

/**
 * Memory of a thread for the time of a kernel, not cleared. It starts at a cache line and is kept for the next kernel, since memory
 * that is new to the process costs more than most kernels do.
 */
template <class Use>
float* scratch(int64_t count) {
  struct Free {
    void operator()(float* memory) const { std::free(memory); }
  };
  thread_local std::unique_ptr<float[], Free> kept;
  thread_local int64_t length = 0;
  if (length < count) {
    kept.reset();
    length = 0;
    kept.reset(static_cast<float*>(std::aligned_alloc(64, (count * sizeof(float) + 63) / 64 * 64)));
    if (kept == nullptr) throw std::bad_alloc();
    length = count;
  }
  return kept.get();
}
