#include <immintrin.h>

#include <algorithm>

#include "kernels.h"

// The gradient of a map that several concatenations take is the sum of slices of their gradients. Here they are added where they lie:
// every number is read once, and slices are not written.

namespace {

/** Pixels of a part: enough to be worth a thread's while. */
constexpr int64_t pixelsAtOnce = 1024;

/** Pixels ahead of which slices are fetched: they lie far apart, in more places than processors follow by themselves. */
constexpr int64_t pixelsAhead = 12;

/** Where a slice's channels of a pixel are; fetches those of a later one. */
inline const float* channelsOf(const ChannelSlice& slice, int64_t pixel, int64_t channel) {
  const float* const at = slice.images + pixel * slice.stride + channel;
  __builtin_prefetch(at + pixelsAhead * slice.stride);
  return at;
}

AVX2 void addPixels8(const std::vector<ChannelSlice>& slices, int64_t channels, int64_t first, int64_t end, float* result) {
  for (int64_t pixel = first; pixel < end; pixel++)
    for (int64_t channel = 0; channel < channels; channel += 8) {
      const int count = static_cast<int>(std::min<int64_t>(8, channels - channel));
      const __m256i taken = _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
      __m256 sum = _mm256_setzero_ps();
      for (const ChannelSlice& slice : slices)
        sum = _mm256_add_ps(sum, _mm256_maskload_ps(channelsOf(slice, pixel, channel), taken));
      _mm256_maskstore_ps(result + pixel * channels + channel, taken, sum);
    }
}

AVX512 void addPixels16(const std::vector<ChannelSlice>& slices, int64_t channels, int64_t first, int64_t end, float* result) {
  for (int64_t pixel = first; pixel < end; pixel++)
    for (int64_t channel = 0; channel < channels; channel += 16) {
      const int64_t count = std::min<int64_t>(16, channels - channel);
      const __mmask16 taken = static_cast<__mmask16>((1u << count) - 1);
      __m512 sum = _mm512_setzero_ps();
      for (const ChannelSlice& slice : slices)
        sum = _mm512_add_ps(sum, _mm512_maskz_loadu_ps(taken, channelsOf(slice, pixel, channel)));
      _mm512_mask_storeu_ps(result + pixel * channels + channel, taken, sum);
    }
}

}  // namespace

void addChannels(const std::vector<ChannelSlice>& slices, int64_t pixels, int64_t channels, float* result) {
  const auto add = hasAvx512() ? addPixels16 : addPixels8;
  inParallel(ceilDivide(pixels, pixelsAtOnce), [&](int64_t part) {
    add(slices, channels, part * pixelsAtOnce, std::min(pixels, (part + 1) * pixelsAtOnce), result);
  });
}
