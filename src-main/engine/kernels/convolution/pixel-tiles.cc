#include "pixel-tiles.h"

#include <immintrin.h>

#include <algorithm>

#include "kernels.h"

namespace {

template <bool halves>
AVX512 inline __m512 loadPixels(const float* pixels, int64_t rowLength) {
  if (!halves) return _mm512_loadu_ps(pixels);
  const __m512 upper = _mm512_castps256_ps512(_mm256_loadu_ps(pixels));
  return _mm512_insertf32x8(upper, _mm256_loadu_ps(pixels + rowLength), 1);
}

template <int rows, int vectors, bool halves>
AVX512 void addTile(const PixelTile& tile) {
  __m512 kept[rows][vectors];
#pragma GCC unroll 12
  for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++)
      kept[r][v] = tile.first ? _mm512_setzero_ps() : _mm512_loadu_ps(tile.sums + r * tile.sumsStride + v * pixelLanes);
  const int64_t weightsOfRow = tile.kernelWidth * rows;
  for (int64_t channel = 0; channel < tile.channels; channel++) {
    const float* weights = tile.weights + (channel * tile.kernelHeight + tile.firstRow) * weightsOfRow;
    for (int64_t row = tile.firstRow; row < tile.endRow; row++) {
      const float* const pixels = tile.pixels + channel * tile.plane + row * tile.rowLength;
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
  }
#pragma GCC unroll 12
  for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) _mm512_storeu_ps(tile.sums + r * tile.sumsStride + v * pixelLanes, kept[r][v]);
}

/** By rows - 1. */
template <int vectors, bool halves>
constexpr AddPixelTile narrow[] = {addTile<1, vectors, halves>,  addTile<2, vectors, halves>,  addTile<3, vectors, halves>,
                                   addTile<4, vectors, halves>,  addTile<5, vectors, halves>,  addTile<6, vectors, halves>,
                                   addTile<7, vectors, halves>,  addTile<8, vectors, halves>,  addTile<9, vectors, halves>,
                                   addTile<10, vectors, halves>, addTile<11, vectors, halves>, addTile<12, vectors, halves>};
template <bool halves>
constexpr AddPixelTile wide[] = {addTile<1, 4, halves>, addTile<2, 4, halves>, addTile<3, 4, halves>,
                                 addTile<4, 4, halves>, addTile<5, 4, halves>, addTile<6, 4, halves>};

AVX512 inline __m512 lowPairs(__m512 a, __m512 b) {
  return _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(a), _mm512_castps_pd(b)));
}

AVX512 inline __m512 highPairs(__m512 a, __m512 b) {
  return _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(a), _mm512_castps_pd(b)));
}

/** Turns 16 rows of 16. */
AVX512 inline void turn(__m512 (&r)[16]) {
  __m512 t[16];
#pragma GCC unroll 8
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_ps(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_ps(r[i], r[i + 1]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 16; i += 4) {
    r[i] = lowPairs(t[i], t[i + 2]);
    r[i + 1] = highPairs(t[i], t[i + 2]);
    r[i + 2] = lowPairs(t[i + 1], t[i + 3]);
    r[i + 3] = highPairs(t[i + 1], t[i + 3]);
  }
#pragma GCC unroll 4
  for (int j = 0; j < 4; j++) {
    t[j] = _mm512_shuffle_f32x4(r[j], r[4 + j], 0x88);
    t[4 + j] = _mm512_shuffle_f32x4(r[j], r[4 + j], 0xdd);
    t[8 + j] = _mm512_shuffle_f32x4(r[8 + j], r[12 + j], 0x88);
    t[12 + j] = _mm512_shuffle_f32x4(r[8 + j], r[12 + j], 0xdd);
  }
#pragma GCC unroll 4
  for (int j = 0; j < 4; j++) {
    r[j] = _mm512_shuffle_f32x4(t[j], t[8 + j], 0x88);
    r[4 + j] = _mm512_shuffle_f32x4(t[4 + j], t[12 + j], 0x88);
    r[8 + j] = _mm512_shuffle_f32x4(t[j], t[8 + j], 0xdd);
    r[12 + j] = _mm512_shuffle_f32x4(t[4 + j], t[12 + j], 0xdd);
  }
}

AVX512 inline __mmask16 firstLanes(int64_t count) {
  return static_cast<__mmask16>(count >= pixelLanes ? 0xffff : (1u << count) - 1);
}

/** Turns the four 4 × 4 squares of four vectors. */
AVX512 inline void turnSquares(__m512 (&r)[4]) {
  const __m512 a = _mm512_unpacklo_ps(r[0], r[1]), b = _mm512_unpackhi_ps(r[0], r[1]);
  const __m512 c = _mm512_unpacklo_ps(r[2], r[3]), d = _mm512_unpackhi_ps(r[2], r[3]);
  r[0] = lowPairs(a, c);
  r[1] = highPairs(a, c);
  r[2] = lowPairs(b, d);
  r[3] = highPairs(b, d);
}

/** Turns 16 rows of 4 into 4 of 16. */
AVX512 inline void turnTall(const float* from, int64_t stride, float* to, int64_t turnedStride) {
  __m512 r[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    r[i] = _mm512_castps128_ps512(_mm_loadu_ps(from + i * stride));
    r[i] = _mm512_insertf32x4(r[i], _mm_loadu_ps(from + (4 + i) * stride), 1);
    r[i] = _mm512_insertf32x4(r[i], _mm_loadu_ps(from + (8 + i) * stride), 2);
    r[i] = _mm512_insertf32x4(r[i], _mm_loadu_ps(from + (12 + i) * stride), 3);
  }
  turnSquares(r);
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) _mm512_storeu_ps(to + i * turnedStride, r[i]);
}

/** Turns 4 rows of 16 into 16 of 4. */
AVX512 inline void turnFlat(const float* from, int64_t stride, float* to, int64_t turnedStride) {
  __m512 r[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) r[i] = _mm512_loadu_ps(from + i * stride);
  turnSquares(r);
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    _mm_storeu_ps(to + i * turnedStride, _mm512_castps512_ps128(r[i]));
    _mm_storeu_ps(to + (4 + i) * turnedStride, _mm512_extractf32x4_ps(r[i], 1));
    _mm_storeu_ps(to + (8 + i) * turnedStride, _mm512_extractf32x4_ps(r[i], 2));
    _mm_storeu_ps(to + (12 + i) * turnedStride, _mm512_extractf32x4_ps(r[i], 3));
  }
}

/** Turns a block of at most 16 rows and columns. */
AVX512 void turnBlock(const float* from, int64_t stride, int64_t rows, int64_t columns, float* to, int64_t turnedStride) {
  const __mmask16 taken = firstLanes(columns), given = firstLanes(rows);
  __m512 r[16];
#pragma GCC unroll 16
  for (int64_t i = 0; i < 16; i++)
    r[i] = _mm512_maskz_loadu_ps(i < rows ? taken : 0, from + std::min(i, rows - 1) * stride);
  turn(r);
#pragma GCC unroll 16
  for (int64_t i = 0; i < 16; i++)
    if (i < columns) _mm512_mask_storeu_ps(to + i * turnedStride, given, r[i]);
}

}  // namespace

AddPixelTile addPixelTile(int64_t rows, int64_t vectors, bool halves) {
  if (vectors == 4) return (halves ? wide<true> : wide<false>)[rows - 1];
  if (vectors == 2) return (halves ? narrow<2, true> : narrow<2, false>)[rows - 1];
  return (halves ? narrow<1, true> : narrow<1, false>)[rows - 1];
}

AVX512 void turnMatrix(const float* from, int64_t stride, int64_t rows, int64_t columns, float* to, int64_t turnedStride) {
  for (int64_t row = 0; row < rows; row += pixelLanes)
    for (int64_t column = 0; column < columns; column += pixelLanes) {
      const int64_t down = std::min(pixelLanes, rows - row), across = std::min(pixelLanes, columns - column);
      const float* const block = from + row * stride + column;
      float* const turned = to + column * turnedStride + row;
      // Most blocks are full one way: those are turned by squares, of which no memory past the matrix is touched.
      int64_t done = 0;
      if (down == pixelLanes)
        for (; done + 4 <= across; done += 4) turnTall(block + done, stride, turned + done * turnedStride, turnedStride);
      else if (across == pixelLanes)
        for (; done + 4 <= down; done += 4) turnFlat(block + done * stride, stride, turned + done, turnedStride);
      if (down == pixelLanes && done < across)
        turnBlock(block + done, stride, down, across - done, turned + done * turnedStride, turnedStride);
      if (down < pixelLanes && done < down)
        turnBlock(block + done * stride, stride, down - done, across, turned + done, turnedStride);
    }
}
