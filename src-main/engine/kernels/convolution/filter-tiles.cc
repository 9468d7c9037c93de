#include "filter-tiles.h"

#include <immintrin.h>

#include "kernels.h"

// The loops over registers must be unrolled, or the sums go through memory.

namespace {

/** Six rows of 16 columns: 12 registers of 8 sums, and 3 for the factors. */
template <int rowCount, int vectorCount>
AVX2 void addTile8(const PixelRow* pixels, int64_t count, int64_t width, PixelStrides strides, int64_t column,
                   int64_t filter, float* sums) {
  __m256 kept[rowCount][vectorCount];
#pragma GCC unroll 6
  for (int r = 0; r < rowCount; r++)
#pragma GCC unroll 2
    for (int v = 0; v < vectorCount; v++) kept[r][v] = _mm256_load_ps(sums + r * 16 + v * 8);
  for (int64_t i = 0; i < count; i++) {
    const float* image = pixels[i].image + column;
    const float* gradient = pixels[i].gradient + filter;
    for (int64_t pixel = 0; pixel < width; pixel++) {
      __m256 under[vectorCount];
#pragma GCC unroll 2
      for (int v = 0; v < vectorCount; v++) under[v] = _mm256_loadu_ps(image + v * 8);
#pragma GCC unroll 6
      for (int r = 0; r < rowCount; r++) {
        const __m256 factor = _mm256_broadcast_ss(gradient + r);
#pragma GCC unroll 2
        for (int v = 0; v < vectorCount; v++) kept[r][v] = _mm256_fmadd_ps(factor, under[v], kept[r][v]);
      }
      image += strides.image;
      gradient += strides.gradient;
    }
  }
#pragma GCC unroll 6
  for (int r = 0; r < rowCount; r++)
#pragma GCC unroll 2
    for (int v = 0; v < vectorCount; v++) _mm256_store_ps(sums + r * 16 + v * 8, kept[r][v]);
}

/** Fourteen rows of 32 columns: 28 registers of 16 sums, and 3 for the factors. */
template <int rowCount, int vectorCount>
AVX512 void addTile16(const PixelRow* pixels, int64_t count, int64_t width, PixelStrides strides, int64_t column,
                      int64_t filter, float* sums) {
  __m512 kept[rowCount][vectorCount];
#pragma GCC unroll 14
  for (int r = 0; r < rowCount; r++)
#pragma GCC unroll 2
    for (int v = 0; v < vectorCount; v++) kept[r][v] = _mm512_load_ps(sums + r * 32 + v * 16);
  for (int64_t i = 0; i < count; i++) {
    const float* image = pixels[i].image + column;
    const float* gradient = pixels[i].gradient + filter;
    for (int64_t pixel = 0; pixel < width; pixel++) {
      __m512 under[vectorCount];
#pragma GCC unroll 2
      for (int v = 0; v < vectorCount; v++) under[v] = _mm512_loadu_ps(image + v * 16);
#pragma GCC unroll 14
      for (int r = 0; r < rowCount; r++) {
        const __m512 factor = _mm512_set1_ps(gradient[r]);
#pragma GCC unroll 2
        for (int v = 0; v < vectorCount; v++) kept[r][v] = _mm512_fmadd_ps(factor, under[v], kept[r][v]);
      }
      image += strides.image;
      gradient += strides.gradient;
    }
  }
#pragma GCC unroll 14
  for (int r = 0; r < rowCount; r++)
#pragma GCC unroll 2
    for (int v = 0; v < vectorCount; v++) _mm512_store_ps(sums + r * 32 + v * 16, kept[r][v]);
}

template <int vectorCount>
constexpr AddFilterTile add8[] = {addTile8<1, vectorCount>, addTile8<2, vectorCount>, addTile8<3, vectorCount>,
                                  addTile8<4, vectorCount>, addTile8<5, vectorCount>, addTile8<6, vectorCount>};

template <int vectorCount>
constexpr AddFilterTile add16[] = {addTile16<1, vectorCount>,  addTile16<2, vectorCount>,  addTile16<3, vectorCount>,
                                   addTile16<4, vectorCount>,  addTile16<5, vectorCount>,  addTile16<6, vectorCount>,
                                   addTile16<7, vectorCount>,  addTile16<8, vectorCount>,  addTile16<9, vectorCount>,
                                   addTile16<10, vectorCount>, addTile16<11, vectorCount>, addTile16<12, vectorCount>,
                                   addTile16<13, vectorCount>, addTile16<14, vectorCount>};

}  // namespace

const FilterTiles& filterTiles() {
  static const FilterTiles of8{6, 16, 64, {add8<1>, add8<2>}};
  static const FilterTiles of16{14, 32, 128, {add16<1>, add16<2>}};
  return hasAvx512() ? of16 : of8;
}
