#include "filter-microkernel.h"

#include <immintrin.h>

#include "kernels.h"

// Loops over accumulators must be unrolled, or the accumulators spill to the stack.

namespace {

/** At most 6 × 16: 12 accumulators, 2 registers of image, 1 of gradient. */
template <int mr, int vectors>
AVX2 void filterTileAvx2(const PixelRow* rows, int64_t count, int64_t width, PixelStrides strides, int64_t column,
                         int64_t filter, float* acc) {
  __m256 tile[mr][vectors];
#pragma GCC unroll 6
  for (int r = 0; r < mr; r++)
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) tile[r][v] = _mm256_load_ps(acc + r * 16 + v * 8);
  for (int64_t i = 0; i < count; i++) {
    const float* image = rows[i].image + column;
    const float* gradient = rows[i].gradient + filter;
    for (int64_t pixel = 0; pixel < width; pixel++) {
      __m256 x[vectors];
#pragma GCC unroll 2
      for (int v = 0; v < vectors; v++) x[v] = _mm256_loadu_ps(image + v * 8);
#pragma GCC unroll 6
      for (int r = 0; r < mr; r++) {
        const __m256 g = _mm256_broadcast_ss(gradient + r);
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++) tile[r][v] = _mm256_fmadd_ps(g, x[v], tile[r][v]);
      }
      image += strides.image;
      gradient += strides.gradient;
    }
  }
#pragma GCC unroll 6
  for (int r = 0; r < mr; r++)
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) _mm256_store_ps(acc + r * 16 + v * 8, tile[r][v]);
}

/** At most 14 × 32: 28 accumulators, 2 registers of image, 1 of gradient. */
template <int mr, int vectors>
AVX512 void filterTileAvx512(const PixelRow* rows, int64_t count, int64_t width, PixelStrides strides, int64_t column,
                             int64_t filter, float* acc) {
  __m512 tile[mr][vectors];
#pragma GCC unroll 14
  for (int r = 0; r < mr; r++)
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) tile[r][v] = _mm512_load_ps(acc + r * 32 + v * 16);
  for (int64_t i = 0; i < count; i++) {
    const float* image = rows[i].image + column;
    const float* gradient = rows[i].gradient + filter;
    for (int64_t pixel = 0; pixel < width; pixel++) {
      __m512 x[vectors];
#pragma GCC unroll 2
      for (int v = 0; v < vectors; v++) x[v] = _mm512_loadu_ps(image + v * 16);
#pragma GCC unroll 14
      for (int r = 0; r < mr; r++) {
        const __m512 g = _mm512_set1_ps(gradient[r]);
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++) tile[r][v] = _mm512_fmadd_ps(g, x[v], tile[r][v]);
      }
      image += strides.image;
      gradient += strides.gradient;
    }
  }
#pragma GCC unroll 14
  for (int r = 0; r < mr; r++)
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) _mm512_store_ps(acc + r * 32 + v * 16, tile[r][v]);
}

template <int vectors>
constexpr FilterMicrokernel avx2[] = {filterTileAvx2<1, vectors>, filterTileAvx2<2, vectors>,
                                      filterTileAvx2<3, vectors>, filterTileAvx2<4, vectors>,
                                      filterTileAvx2<5, vectors>, filterTileAvx2<6, vectors>};

template <int vectors>
constexpr FilterMicrokernel avx512[] = {
    filterTileAvx512<1, vectors>,  filterTileAvx512<2, vectors>,  filterTileAvx512<3, vectors>,
    filterTileAvx512<4, vectors>,  filterTileAvx512<5, vectors>,  filterTileAvx512<6, vectors>,
    filterTileAvx512<7, vectors>,  filterTileAvx512<8, vectors>,  filterTileAvx512<9, vectors>,
    filterTileAvx512<10, vectors>, filterTileAvx512<11, vectors>, filterTileAvx512<12, vectors>,
    filterTileAvx512<13, vectors>, filterTileAvx512<14, vectors>};

}  // namespace

const FilterMicrokernels& filterMicrokernels() {
  static const FilterMicrokernels avx2Kernels{6, 16, 64, {avx2<1>, avx2<2>}};
  static const FilterMicrokernels avx512Kernels{14, 32, 128, {avx512<1>, avx512<2>}};
  return useAvx512() ? avx512Kernels : avx2Kernels;
}
