#include <immintrin.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "kernels.h"
#include "tensorflow-c.h"

// CellsmithAddChannels: the sum of channel slices. The gradient of a feature map that several concatenations take is such a sum: each
// element is read once and no slice is materialised.

namespace {

/** A range of the channels of images. */
struct ChannelSlice {
  /** The first channel of the first pixel. */
  const float* data;
  /** Floats from a pixel to the next. */
  int64_t pixelStride;
};

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

/** The sum of slices of `channels` channels each: [pixels, channels]. */
void sumChannelSlices(const std::vector<ChannelSlice>& slices, int64_t pixels, int64_t channels, float* sum) {
  const auto sumBlock = useAvx512() ? sumAvx512 : sumAvx2;
  parallelFor(ceilDiv(pixels, pixelBlock), [&](int64_t block) {
    sumBlock(slices, channels, block * pixelBlock, std::min(pixels, (block + 1) * pixelBlock), sum);
  });
}

struct Attributes {
  /** The first channel of each slice. */
  std::vector<int64_t> begins;
  /** Channels of every slice. */
  int64_t channels;
};

void* create(TF_OpKernelConstruction* context) {
  return constructOrReport(
      context, [&] { return new Attributes{intListAttr(context, "begins"), intAttr(context, "channels")}; });
}

void destroy(void* attributes) { delete static_cast<Attributes*>(attributes); }

void compute(void* attributes, TF_OpKernelContext* context) {
  computeOrReport(context, [&] {
    const auto& [begins, channels] = *static_cast<Attributes*>(attributes);
    std::vector<Tensor> parts;
    std::vector<ChannelSlice> slices;
    Shape4 size{};
    for (size_t i = 0; i < begins.size(); i++) {
      parts.push_back(getInput(context, static_cast<int>(i)));
      const Shape4 shape = shape4(parts.back());
      if (i == 0) size = shape;
      if (begins[i] < 0 || begins[i] + channels > shape.dims[3] || !std::equal(size.dims, size.dims + 3, shape.dims))
        throw std::invalid_argument("all inputs must have the same size and contain the channels of their slice");
      slices.push_back({floats(parts.back()) + begins[i], shape.dims[3]});
    }
    const auto [batch, height, width, depth] = size.dims;
    const Tensor sum = allocateOutput(context, 0, {batch, height, width, channels});
    sumChannelSlices(slices, batch * height * width, channels, floats(sum));
  });
}

}  // namespace

void registerChannelSum() {
  registerCpuKernel("CellsmithAddChannels",
                    {{"parts: N * T"}, {"sum: T"}, {"N: int >= 1", "T: {float}", "begins: list(int)", "channels: int"}},
                    create, compute, destroy);
}
