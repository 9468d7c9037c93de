#include <immintrin.h>

#include <algorithm>

#include "kernels.h"

// Sums channel slices in place. The gradient of a feature map that several concatenations take is such a sum: each element is read
// once and no slice is materialised.

namespace {

/** Pixels per iteration of the parallel loop. */
constexpr int64_t pixelBlock = 1024;

/** Prefetch distance in pixels: more streams than hardware prefetchers follow, with large strides. */
constexpr int64_t prefetchPixels = 12;

/** The channels of a pixel; prefetches those of a later one. */
inline const float* channelsAt(const ChannelSlice& slice, int64_t pixel, int64_t channel) {
  const float* const at = slice.data + pixel * slice.pixelStride + channel;
  __builtin_prefetch(at + prefetchPixels * slice.pixelStride);
  return at;
}

AVX2 void sumAvx2(const std::vector<ChannelSlice>& slices, int64_t channels, int64_t begin, int64_t end, float* out) {
  for (int64_t pixel = begin; pixel < end; pixel++)
    for (int64_t channel = 0; channel < channels; channel += 8) {
      const int count = static_cast<int>(std::min<int64_t>(8, channels - channel));
      const __m256i mask = _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
      __m256 acc = _mm256_setzero_ps();
      for (const ChannelSlice& slice : slices)
        acc = _mm256_add_ps(acc, _mm256_maskload_ps(channelsAt(slice, pixel, channel), mask));
      _mm256_maskstore_ps(out + pixel * channels + channel, mask, acc);
    }
}

AVX512 void sumAvx512(const std::vector<ChannelSlice>& slices, int64_t channels, int64_t begin, int64_t end,
                      float* out) {
  for (int64_t pixel = begin; pixel < end; pixel++)
    for (int64_t channel = 0; channel < channels; channel += 16) {
      const int64_t count = std::min<int64_t>(16, channels - channel);
      const __mmask16 mask = static_cast<__mmask16>((1u << count) - 1);
      __m512 acc = _mm512_setzero_ps();
      for (const ChannelSlice& slice : slices)
        acc = _mm512_add_ps(acc, _mm512_maskz_loadu_ps(mask, channelsAt(slice, pixel, channel)));
      _mm512_mask_storeu_ps(out + pixel * channels + channel, mask, acc);
    }
}

}  // namespace

void sumChannelSlices(const std::vector<ChannelSlice>& slices, int64_t pixels, int64_t channels, float* sum) {
  const auto sumBlock = useAvx512() ? sumAvx512 : sumAvx2;
  parallelFor(ceilDiv(pixels, pixelBlock), [&](int64_t block) {
    sumBlock(slices, channels, block * pixelBlock, std::min(pixels, (block + 1) * pixelBlock), sum);
  });
}
