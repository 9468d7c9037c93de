#include "pixel-tiles.h"

#include <immintrin.h>

#include "kernels.h"

// The loops over registers must be unrolled, or the sums go through memory.

namespace {

/** A vector's pixels are of one row, or eight of it and eight of the next. */
template <bool halves>
AVX512 inline __m512 loadPixels(const float* pixels, int64_t rowLength) {
  if (!halves) return _mm512_loadu_ps(pixels);
  const __m512 upper = _mm512_castps256_ps512(_mm256_loadu_ps(pixels));
  return _mm512_insertf32x8(upper, _mm256_loadu_ps(pixels + rowLength), 1);
}

template <int rows, int vectors, bool halves>
AVX512 void addTile16(const PixelTile& tile) {
  __m512 kept[rows][vectors];
#pragma GCC unroll 12
  for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++)
      kept[r][v] = tile.first ? _mm512_setzero_ps() : _mm512_loadu_ps(tile.sums + r * tile.sumsStride + v * pixelLanes);
  const float* weights = tile.weights;
  for (int64_t channel = 0; channel < tile.channels; channel++) {
    const float* const pixels = tile.pixels + channel * tile.plane;
    for (int64_t column = 0; column < tile.kernelWidth; column++) {
      __m512 under[vectors];
#pragma GCC unroll 4
      for (int v = 0; v < vectors; v++)
        under[v] = loadPixels<halves>(pixels + column + tile.offsets[v], tile.rowLength);
#pragma GCC unroll 12
      for (int r = 0; r < rows; r++) {
        const __m512 factor = _mm512_set1_ps(weights[r]);
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++) kept[r][v] = _mm512_fmadd_ps(factor, under[v], kept[r][v]);
      }
      weights += rows;
    }
  }
#pragma GCC unroll 12
  for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) _mm512_storeu_ps(tile.sums + r * tile.sumsStride + v * pixelLanes, kept[r][v]);
}

/** The same with two registers for a vector. */
template <int rows, int vectors, bool halves>
AVX2 void addTile8(const PixelTile& tile) {
  const int64_t upper = halves ? tile.rowLength : pixelLanes / 2;
  __m256 kept[rows][2 * vectors];
#pragma GCC unroll 6
  for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
    for (int v = 0; v < 2 * vectors; v++)
      kept[r][v] =
          tile.first ? _mm256_setzero_ps() : _mm256_loadu_ps(tile.sums + r * tile.sumsStride + v * pixelLanes / 2);
  const float* weights = tile.weights;
  for (int64_t channel = 0; channel < tile.channels; channel++) {
    const float* const pixels = tile.pixels + channel * tile.plane;
    for (int64_t column = 0; column < tile.kernelWidth; column++) {
      __m256 under[2 * vectors];
#pragma GCC unroll 4
      for (int v = 0; v < 2 * vectors; v++)
        under[v] = _mm256_loadu_ps(pixels + column + tile.offsets[v / 2] + (v % 2 == 0 ? 0 : upper));
#pragma GCC unroll 6
      for (int r = 0; r < rows; r++) {
        const __m256 factor = _mm256_broadcast_ss(weights + r);
#pragma GCC unroll 4
        for (int v = 0; v < 2 * vectors; v++) kept[r][v] = _mm256_fmadd_ps(factor, under[v], kept[r][v]);
      }
      weights += rows;
    }
  }
#pragma GCC unroll 6
  for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
    for (int v = 0; v < 2 * vectors; v++)
      _mm256_storeu_ps(tile.sums + r * tile.sumsStride + v * pixelLanes / 2, kept[r][v]);
}

/** By rows - 1. */
template <int vectors, bool halves>
constexpr AddPixelTile of16[] = {
    addTile16<1, vectors, halves>,  addTile16<2, vectors, halves>,  addTile16<3, vectors, halves>,
    addTile16<4, vectors, halves>,  addTile16<5, vectors, halves>,  addTile16<6, vectors, halves>,
    addTile16<7, vectors, halves>,  addTile16<8, vectors, halves>,  addTile16<9, vectors, halves>,
    addTile16<10, vectors, halves>, addTile16<11, vectors, halves>, addTile16<12, vectors, halves>};
template <bool halves>
constexpr AddPixelTile fewOf16[] = {addTile16<1, 4, halves>, addTile16<2, 4, halves>, addTile16<3, 4, halves>,
                                    addTile16<4, 4, halves>, addTile16<5, 4, halves>, addTile16<6, 4, halves>};
template <bool halves>
constexpr AddPixelTile of8[] = {addTile8<1, 1, halves>, addTile8<2, 1, halves>, addTile8<3, 1, halves>,
                                addTile8<4, 1, halves>, addTile8<5, 1, halves>, addTile8<6, 1, halves>};
template <bool halves>
constexpr AddPixelTile fewOf8[] = {addTile8<1, 2, halves>, addTile8<2, 2, halves>, addTile8<3, 2, halves>};

}  // namespace

const PixelTiles& pixelTiles() {
  static const PixelTiles wide{
      12, 2, {of16<2, false>, of16<2, true>}, 6, 4, {fewOf16<false>, fewOf16<true>}, {of16<1, false>, of16<1, true>}};
  static const PixelTiles narrow{
      6, 1, {of8<false>, of8<true>}, 3, 2, {fewOf8<false>, fewOf8<true>}, {of8<false>, of8<true>}};
  return hasAvx512() ? wide : narrow;
}
