#include "convolution.h"

#include <immintrin.h>

#include "kernels.h"

// Loops over accumulators must be unrolled, or the accumulators spill to the stack.

namespace {

/** @param split loads 8 pixels of a row and 8 of the next, else 16 of one row */
template <bool split>
AVX512 inline __m512 loadPixels(const float* pixels, int64_t rowStride) {
  if (!split) return _mm512_loadu_ps(pixels);
  const __m512 low = _mm512_castps256_ps512(_mm256_loadu_ps(pixels));
  return _mm512_insertf32x8(low, _mm256_loadu_ps(pixels + rowStride), 1);
}

template <int mr, int nr, bool split>
AVX512 void convTileAvx512(const ConvTile& tile) {
  __m512 acc[mr][nr];
#pragma GCC unroll 12
  for (int r = 0; r < mr; r++)
#pragma GCC unroll 4
    for (int v = 0; v < nr; v++)
      acc[r][v] = tile.first ? _mm512_setzero_ps() : _mm512_loadu_ps(tile.acc + r * tile.accStride + v * pixelLanes);
  const float* filter = tile.filter;
  for (int64_t channel = 0; channel < tile.channels; channel++) {
    const float* const input = tile.input + channel * tile.channelStride;
    for (int64_t column = 0; column < tile.kernelWidth; column++) {
      __m512 x[nr];
#pragma GCC unroll 4
      for (int v = 0; v < nr; v++) x[v] = loadPixels<split>(input + column + tile.offsets[v], tile.rowStride);
#pragma GCC unroll 12
      for (int r = 0; r < mr; r++) {
        const __m512 w = _mm512_set1_ps(filter[r]);
#pragma GCC unroll 4
        for (int v = 0; v < nr; v++) acc[r][v] = _mm512_fmadd_ps(w, x[v], acc[r][v]);
      }
      filter += mr;
    }
  }
#pragma GCC unroll 12
  for (int r = 0; r < mr; r++)
#pragma GCC unroll 4
    for (int v = 0; v < nr; v++) _mm512_storeu_ps(tile.acc + r * tile.accStride + v * pixelLanes, acc[r][v]);
}

/** Here a vector is two registers. */
template <int mr, int nr, bool split>
AVX2 void convTileAvx2(const ConvTile& tile) {
  const int64_t upper = split ? tile.rowStride : pixelLanes / 2;
  __m256 acc[mr][2 * nr];
#pragma GCC unroll 6
  for (int r = 0; r < mr; r++)
#pragma GCC unroll 4
    for (int v = 0; v < 2 * nr; v++)
      acc[r][v] =
          tile.first ? _mm256_setzero_ps() : _mm256_loadu_ps(tile.acc + r * tile.accStride + v * pixelLanes / 2);
  const float* filter = tile.filter;
  for (int64_t channel = 0; channel < tile.channels; channel++) {
    const float* const input = tile.input + channel * tile.channelStride;
    for (int64_t column = 0; column < tile.kernelWidth; column++) {
      __m256 x[2 * nr];
#pragma GCC unroll 4
      for (int v = 0; v < 2 * nr; v++)
        x[v] = _mm256_loadu_ps(input + column + tile.offsets[v / 2] + (v % 2 == 0 ? 0 : upper));
#pragma GCC unroll 6
      for (int r = 0; r < mr; r++) {
        const __m256 w = _mm256_set1_ps(filter[r]);
#pragma GCC unroll 4
        for (int v = 0; v < 2 * nr; v++) acc[r][v] = _mm256_fmadd_ps(w, x[v], acc[r][v]);
      }
      filter += mr;
    }
  }
#pragma GCC unroll 6
  for (int r = 0; r < mr; r++)
#pragma GCC unroll 4
    for (int v = 0; v < 2 * nr; v++) _mm256_storeu_ps(tile.acc + r * tile.accStride + v * pixelLanes / 2, acc[r][v]);
}

/** Indexed by mr − 1. */
template <int nr, bool split>
constexpr ConvMicrokernel convAvx512[] = {
    convTileAvx512<1, nr, split>,  convTileAvx512<2, nr, split>,  convTileAvx512<3, nr, split>,
    convTileAvx512<4, nr, split>,  convTileAvx512<5, nr, split>,  convTileAvx512<6, nr, split>,
    convTileAvx512<7, nr, split>,  convTileAvx512<8, nr, split>,  convTileAvx512<9, nr, split>,
    convTileAvx512<10, nr, split>, convTileAvx512<11, nr, split>, convTileAvx512<12, nr, split>};
template <bool split>
constexpr ConvMicrokernel smallAvx512[] = {convTileAvx512<1, 4, split>, convTileAvx512<2, 4, split>,
                                           convTileAvx512<3, 4, split>, convTileAvx512<4, 4, split>,
                                           convTileAvx512<5, 4, split>, convTileAvx512<6, 4, split>};
template <bool split>
constexpr ConvMicrokernel convAvx2[] = {convTileAvx2<1, 1, split>, convTileAvx2<2, 1, split>, convTileAvx2<3, 1, split>,
                                    convTileAvx2<4, 1, split>, convTileAvx2<5, 1, split>, convTileAvx2<6, 1, split>};
template <bool split>
constexpr ConvMicrokernel smallAvx2[] = {convTileAvx2<1, 2, split>, convTileAvx2<2, 2, split>,
                                         convTileAvx2<3, 2, split>};

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
constexpr FilterMicrokernel filterAvx2[] = {filterTileAvx2<1, vectors>, filterTileAvx2<2, vectors>,
                                      filterTileAvx2<3, vectors>, filterTileAvx2<4, vectors>,
                                      filterTileAvx2<5, vectors>, filterTileAvx2<6, vectors>};

template <int vectors>
constexpr FilterMicrokernel filterAvx512[] = {
    filterTileAvx512<1, vectors>,  filterTileAvx512<2, vectors>,  filterTileAvx512<3, vectors>,
    filterTileAvx512<4, vectors>,  filterTileAvx512<5, vectors>,  filterTileAvx512<6, vectors>,
    filterTileAvx512<7, vectors>,  filterTileAvx512<8, vectors>,  filterTileAvx512<9, vectors>,
    filterTileAvx512<10, vectors>, filterTileAvx512<11, vectors>, filterTileAvx512<12, vectors>,
    filterTileAvx512<13, vectors>, filterTileAvx512<14, vectors>};

}  // namespace

const ConvMicrokernels& convMicrokernels() {
  static const ConvMicrokernels avx512Kernels{12,
                                              2,
                                              {convAvx512<2, false>, convAvx512<2, true>},
                                              6,
                                              4,
                                              {smallAvx512<false>, smallAvx512<true>},
                                              {convAvx512<1, false>, convAvx512<1, true>}};
  static const ConvMicrokernels avx2Kernels{
      6, 1, {convAvx2<false>, convAvx2<true>}, 3, 2, {smallAvx2<false>, smallAvx2<true>}, {convAvx2<false>, convAvx2<true>}};
  return useAvx512() ? avx512Kernels : avx2Kernels;
}

const FilterMicrokernels& filterMicrokernels() {
  static const FilterMicrokernels avx2Kernels{6, 16, 64, {filterAvx2<1>, filterAvx2<2>}};
  static const FilterMicrokernels avx512Kernels{14, 32, 128, {filterAvx512<1>, filterAvx512<2>}};
  return useAvx512() ? avx512Kernels : avx2Kernels;
}
