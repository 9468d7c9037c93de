#include <cstdlib>
#include <cstring>

#include "kernels.h"

bool useAvx512() {
  static const bool use = [] {
    const char* const maxIsa = std::getenv("ONEDNN_MAX_CPU_ISA");
    for (const char* narrow : {"SSE41", "AVX", "AVX2", "AVX2_VNNI", "AVX2_VNNI_2"})
      if (maxIsa != nullptr && std::strcmp(maxIsa, narrow) == 0) return false;
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  }();
  return use;
}
