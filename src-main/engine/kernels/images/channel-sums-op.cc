#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "kernels.h"
#include "tensorflow-c.h"

// CellsmithAddChannels: the sum of channel slices.

namespace {

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
