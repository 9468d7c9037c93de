#include <cstdlib>
#include <cstring>

#include "kernels.h"

bool hasAvx512() {
  static const bool has = [] {
    const char* const most = std::getenv("ONEDNN_MAX_CPU_ISA");
    for (const char* less : {"SSE41", "AVX", "AVX2", "AVX2_VNNI", "AVX2_VNNI_2"})
      if (most != nullptr && std::strcmp(most, less) == 0) return false;
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  }();
  return has;
}
