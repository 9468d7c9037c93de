#pragma once

/**
 * For as long as it lives, numbers too small for float32's normal form are 0 in this thread, as in TensorFlow's own: they are slow, and
 * all threads must agree, or results would depend on who computed them.
 */
class WithoutDenormals {
 public:
  WithoutDenormals() : before_(__builtin_ia32_stmxcsr()) { __builtin_ia32_ldmxcsr(before_ | 0x8040); }
  ~WithoutDenormals() { __builtin_ia32_ldmxcsr(before_); }
  WithoutDenormals(const WithoutDenormals&) = delete;
  WithoutDenormals& operator=(const WithoutDenormals&) = delete;

 private:
  const unsigned before_;
};
