#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

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
