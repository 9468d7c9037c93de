#include <immintrin.h>

#include <algorithm>

#include "kernels.h"

namespace {

/** Floats in an AVX-512 register. */
constexpr int64_t lanes = 16;

AVX512 inline __m512 lowPairs(__m512 a, __m512 b) {
  return _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(a), _mm512_castps_pd(b)));
}

AVX512 inline __m512 highPairs(__m512 a, __m512 b) {
  return _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(a), _mm512_castps_pd(b)));
}

/** Transposes 16 × 16 in registers. */
AVX512 inline void transpose16x16(__m512 (&r)[16]) {
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

AVX512 inline __mmask16 laneMask(int64_t count) {
  return static_cast<__mmask16>(count >= lanes ? 0xffff : (1u << count) - 1);
}

/** Transposes each of the four 4 × 4 blocks of four registers. */
AVX512 inline void transpose4x4s(__m512 (&r)[4]) {
  const __m512 a = _mm512_unpacklo_ps(r[0], r[1]), b = _mm512_unpackhi_ps(r[0], r[1]);
  const __m512 c = _mm512_unpacklo_ps(r[2], r[3]), d = _mm512_unpackhi_ps(r[2], r[3]);
  r[0] = lowPairs(a, c);
  r[1] = highPairs(a, c);
  r[2] = lowPairs(b, d);
  r[3] = highPairs(b, d);
}

/** 16 × 4 to 4 × 16. */
AVX512 inline void transpose16x4(const float* in, int64_t stride, float* out, int64_t outStride) {
  __m512 r[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    r[i] = _mm512_castps128_ps512(_mm_loadu_ps(in + i * stride));
    r[i] = _mm512_insertf32x4(r[i], _mm_loadu_ps(in + (4 + i) * stride), 1);
    r[i] = _mm512_insertf32x4(r[i], _mm_loadu_ps(in + (8 + i) * stride), 2);
    r[i] = _mm512_insertf32x4(r[i], _mm_loadu_ps(in + (12 + i) * stride), 3);
  }
  transpose4x4s(r);
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) _mm512_storeu_ps(out + i * outStride, r[i]);
}

/** 4 × 16 to 16 × 4. */
AVX512 inline void transpose4x16(const float* in, int64_t stride, float* out, int64_t outStride) {
  __m512 r[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) r[i] = _mm512_loadu_ps(in + i * stride);
  transpose4x4s(r);
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    _mm_storeu_ps(out + i * outStride, _mm512_castps512_ps128(r[i]));
    _mm_storeu_ps(out + (4 + i) * outStride, _mm512_extractf32x4_ps(r[i], 1));
    _mm_storeu_ps(out + (8 + i) * outStride, _mm512_extractf32x4_ps(r[i], 2));
    _mm_storeu_ps(out + (12 + i) * outStride, _mm512_extractf32x4_ps(r[i], 3));
  }
}

/** A block of at most 16 × 16, with masked loads and stores. */
AVX512 void transposeTail(const float* in, int64_t stride, int64_t rows, int64_t columns, float* out,
                          int64_t outStride) {
  const __mmask16 loadMask = laneMask(columns), storeMask = laneMask(rows);
  __m512 r[16];
#pragma GCC unroll 16
  for (int64_t i = 0; i < 16; i++)
    r[i] = _mm512_maskz_loadu_ps(i < rows ? loadMask : 0, in + std::min(i, rows - 1) * stride);
  transpose16x16(r);
#pragma GCC unroll 16
  for (int64_t i = 0; i < 16; i++)
    if (i < columns) _mm512_mask_storeu_ps(out + i * outStride, storeMask, r[i]);
}

AVX512 void transposeAvx512(const float* in, int64_t stride, int64_t rows, int64_t columns, float* out,
                            int64_t outStride) {
  for (int64_t row = 0; row < rows; row += lanes)
    for (int64_t column = 0; column < columns; column += lanes) {
      const int64_t height = std::min(lanes, rows - row), width = std::min(lanes, columns - column);
      const float* const block = in + row * stride + column;
      float* const target = out + column * outStride + row;
      // Most blocks are full in one direction: 4 × 4 blocks need no masks there. The rest is masked.
      int64_t i = 0;
      if (height == lanes)
        for (; i + 4 <= width; i += 4) transpose16x4(block + i, stride, target + i * outStride, outStride);
      else if (width == lanes)
        for (; i + 4 <= height; i += 4) transpose4x16(block + i * stride, stride, target + i, outStride);
      if (height == lanes && i < width)
        transposeTail(block + i, stride, height, width - i, target + i * outStride, outStride);
      if (height < lanes && i < height)
        transposeTail(block + i * stride, stride, height - i, width, target + i, outStride);
    }
}

/** 8 × 8 to 8 × 8. */
AVX2 void transpose8x8(const float* in, int64_t stride, float* out, int64_t outStride) {
  __m256 r[8], t[8];
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) r[i] = _mm256_loadu_ps(in + i * stride);
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
    _mm256_storeu_ps(out + i * outStride, _mm256_permute2f128_ps(r[i], r[4 + i], 0x20));
    _mm256_storeu_ps(out + (4 + i) * outStride, _mm256_permute2f128_ps(r[i], r[4 + i], 0x31));
  }
}

AVX2 void transposeAvx2(const float* in, int64_t stride, int64_t rows, int64_t columns, float* out, int64_t outStride) {
  const int64_t height = rows - rows % 8, width = columns - columns % 8;
  const auto copy = [&](int64_t row, int64_t column) { out[column * outStride + row] = in[row * stride + column]; };
  for (int64_t row = 0; row < height; row += 8) {
    for (int64_t column = 0; column < width; column += 8)
      transpose8x8(in + row * stride + column, stride, out + column * outStride + row, outStride);
    for (int64_t column = width; column < columns; column++)
      for (int64_t i = row; i < row + 8; i++) copy(i, column);
  }
  for (int64_t row = height; row < rows; row++)
    for (int64_t column = 0; column < columns; column++) copy(row, column);
}

}  // namespace

void transpose(const float* in, int64_t stride, int64_t rows, int64_t columns, float* out, int64_t outStride) {
  (useAvx512() ? transposeAvx512 : transposeAvx2)(in, stride, rows, columns, out, outStride);
}
