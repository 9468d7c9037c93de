#include "conv-microkernel.h"

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
constexpr ConvMicrokernel avx512[] = {
    convTileAvx512<1, nr, split>,  convTileAvx512<2, nr, split>,  convTileAvx512<3, nr, split>,
    convTileAvx512<4, nr, split>,  convTileAvx512<5, nr, split>,  convTileAvx512<6, nr, split>,
    convTileAvx512<7, nr, split>,  convTileAvx512<8, nr, split>,  convTileAvx512<9, nr, split>,
    convTileAvx512<10, nr, split>, convTileAvx512<11, nr, split>, convTileAvx512<12, nr, split>};
template <bool split>
constexpr ConvMicrokernel smallAvx512[] = {convTileAvx512<1, 4, split>, convTileAvx512<2, 4, split>,
                                           convTileAvx512<3, 4, split>, convTileAvx512<4, 4, split>,
                                           convTileAvx512<5, 4, split>, convTileAvx512<6, 4, split>};
template <bool split>
constexpr ConvMicrokernel avx2[] = {convTileAvx2<1, 1, split>, convTileAvx2<2, 1, split>, convTileAvx2<3, 1, split>,
                                    convTileAvx2<4, 1, split>, convTileAvx2<5, 1, split>, convTileAvx2<6, 1, split>};
template <bool split>
constexpr ConvMicrokernel smallAvx2[] = {convTileAvx2<1, 2, split>, convTileAvx2<2, 2, split>,
                                         convTileAvx2<3, 2, split>};

}  // namespace

const ConvMicrokernels& convMicrokernels() {
  static const ConvMicrokernels avx512Kernels{12,
                                              2,
                                              {avx512<2, false>, avx512<2, true>},
                                              6,
                                              4,
                                              {smallAvx512<false>, smallAvx512<true>},
                                              {avx512<1, false>, avx512<1, true>}};
  static const ConvMicrokernels avx2Kernels{
      6, 1, {avx2<false>, avx2<true>}, 3, 2, {smallAvx2<false>, smallAvx2<true>}, {avx2<false>, avx2<true>}};
  return useAvx512() ? avx512Kernels : avx2Kernels;
}
