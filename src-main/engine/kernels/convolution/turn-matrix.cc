#include "turn-matrix.h"

#include <immintrin.h>

#include <algorithm>

#include "kernels.h"

namespace {

/** Floats of a vector of AVX-512. */
constexpr int64_t lanes = 16;

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
  return static_cast<__mmask16>(count >= lanes ? 0xffff : (1u << count) - 1);
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
AVX512 void turnBlock(const float* from, int64_t stride, int64_t rows, int64_t columns, float* to,
                      int64_t turnedStride) {
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

AVX512 void turnBy16(const float* from, int64_t stride, int64_t rows, int64_t columns, float* to,
                     int64_t turnedStride) {
  for (int64_t row = 0; row < rows; row += lanes)
    for (int64_t column = 0; column < columns; column += lanes) {
      const int64_t down = std::min(lanes, rows - row), across = std::min(lanes, columns - column);
      const float* const block = from + row * stride + column;
      float* const turned = to + column * turnedStride + row;
      // Most blocks are full one way: those are turned by squares, of which no memory past the matrix is touched.
      int64_t done = 0;
      if (down == lanes)
        for (; done + 4 <= across; done += 4)
          turnTall(block + done, stride, turned + done * turnedStride, turnedStride);
      else if (across == lanes)
        for (; done + 4 <= down; done += 4) turnFlat(block + done * stride, stride, turned + done, turnedStride);
      if (down == lanes && done < across)
        turnBlock(block + done, stride, down, across - done, turned + done * turnedStride, turnedStride);
      if (down < lanes && done < down)
        turnBlock(block + done * stride, stride, down - done, across, turned + done, turnedStride);
    }
}

/** Turns 8 rows of 8. */
AVX2 void turnSquare8(const float* from, int64_t stride, float* to, int64_t turnedStride) {
  __m256 r[8], t[8];
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) r[i] = _mm256_loadu_ps(from + i * stride);
#pragma GCC unroll 4
  for (int i = 0; i < 8; i += 2) {
    t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
    t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
  }
#pragma GCC unroll 2
  for (int i = 0; i < 8; i += 4) {
    r[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
    r[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);
    r[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
    r[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    _mm256_storeu_ps(to + i * turnedStride, _mm256_permute2f128_ps(r[i], r[4 + i], 0x20));
    _mm256_storeu_ps(to + (4 + i) * turnedStride, _mm256_permute2f128_ps(r[i], r[4 + i], 0x31));
  }
}

AVX2 void turnBy8(const float* from, int64_t stride, int64_t rows, int64_t columns, float* to, int64_t turnedStride) {
  const int64_t down = rows - rows % 8, across = columns - columns % 8;
  const auto one = [&](int64_t row, int64_t column) { to[column * turnedStride + row] = from[row * stride + column]; };
  for (int64_t row = 0; row < down; row += 8) {
    for (int64_t column = 0; column < across; column += 8)
      turnSquare8(from + row * stride + column, stride, to + column * turnedStride + row, turnedStride);
    for (int64_t column = across; column < columns; column++)
      for (int64_t i = row; i < row + 8; i++) one(i, column);
  }
  for (int64_t row = down; row < rows; row++)
    for (int64_t column = 0; column < columns; column++) one(row, column);
}

}  // namespace

void turnMatrix(const float* from, int64_t stride, int64_t rows, int64_t columns, float* to, int64_t turnedStride) {
  (hasAvx512() ? turnBy16 : turnBy8)(from, stride, rows, columns, to, turnedStride);
}
