#include <cstdint>
#include <stdexcept>
#include <vector>

#include "kernels.h"
#include "tensorflow-c.h"
#include "window.h"

namespace {

struct Slices {
  /** The first channel of each. */
  std::vector<int64_t> begins;
  int64_t channels;
};

void* readSlices(TF_OpKernelConstruction* context) {
  try {
    return new Slices{readIntegers(context, "begins"), readInteger(context, "channels")};
  } catch (const std::exception& error) {
    const Status status(TF_NewStatus());
    TF_SetStatus(status.get(), TF_INVALID_ARGUMENT, error.what());
    TF_OpKernelConstruction_Failure(context, status.get());
    return nullptr;
  }
}

void forgetSlices(void* slices) { delete static_cast<Slices*>(slices); }

void compute(void* given, TF_OpKernelContext* context) {
  reportingFailure(context, [&] {
    const auto& [begins, channels] = *static_cast<Slices*>(given);
    std::vector<Tensor> parts;
    std::vector<ChannelSlice> slices;
    Shape4 size{};
    for (size_t i = 0; i < begins.size(); i++) {
      parts.push_back(input(context, static_cast<int>(i)));
      const Shape4 shape = shapeOf(parts.back());
      if (i == 0) size = shape;
      if (begins[i] < 0 || begins[i] + channels > shape.axes[3] || !std::equal(size.axes, size.axes + 3, shape.axes))
        throw std::invalid_argument("images of which channels are added have one size, and those channels");
      slices.push_back({floats(parts.back()) + begins[i], shape.axes[3]});
    }
    const auto [batch, height, width, depth] = size.axes;
    const Tensor result = allocate(context, 0, {batch, height, width, channels});
    addChannels(slices, batch * height * width, channels, floats(result));
  });
}

}  // namespace

void registerChannelSums() {
  const char* const name = "CellsmithAddChannels";
  TF_OpDefinitionBuilder* const op = TF_NewOpDefinitionBuilder(name);
  TF_OpDefinitionBuilderAddInput(op, "parts: N * T");
  TF_OpDefinitionBuilderAddOutput(op, "sum: T");
  for (const char* attribute : {"N: int >= 1", "T: {float}", "begins: list(int)", "channels: int"})
    TF_OpDefinitionBuilderAddAttr(op, attribute);
  registerKernel(name, op, readSlices, compute, forgetSlices);
}
