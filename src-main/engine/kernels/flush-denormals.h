#pragma once

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
