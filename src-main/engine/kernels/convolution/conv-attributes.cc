#include "conv-attributes.h"

#include <algorithm>

namespace {

/** Zeros before the image with SAME padding. */
int64_t samePadding(int64_t in, int64_t kernel, int64_t stride, int64_t out) {
  return std::max<int64_t>(0, (out - 1) * stride + kernel - in) / 2;
}

}  // namespace

void* createConvAttributes(TF_OpKernelConstruction* context) {
  return constructOrReport(context, [&] {
    const auto strides = intListAttr(context, "strides");
    if (strides.size() != 4) throw std::invalid_argument("strides must have four elements");
    return new ConvAttributes{strides[1], strides[2], stringAttr(context, "padding") == "SAME"};
  });
}

void deleteConvAttributes(void* attributes) { delete static_cast<ConvAttributes*>(attributes); }

Shape4 shapeValue(const Tensor& tensor) {
  if (TF_TensorElementCount(tensor.get()) != 4) throw std::invalid_argument("a shape must have four elements");
  const int32_t* const dims = static_cast<const int32_t*>(TF_TensorData(tensor.get()));
  return {{dims[0], dims[1], dims[2], dims[3]}};
}

ConvParams convParams(const ConvAttributes& attributes, const Shape4& images, const Shape4& filter) {
  ConvParams p;
  p.batch = images.dims[0];
  p.inHeight = images.dims[1];
  p.inWidth = images.dims[2];
  p.inChannels = images.dims[3];
  p.kernelHeight = filter.dims[0];
  p.kernelWidth = filter.dims[1];
  p.outChannels = filter.dims[3];
  p.strideHeight = attributes.strideHeight;
  p.strideWidth = attributes.strideWidth;
  const auto outputSize = [&](int64_t in, int64_t kernel, int64_t stride) {
    return attributes.same ? ceilDiv(in, stride) : (in - kernel) / stride + 1;
  };
  if (filter.dims[2] != p.inChannels) throw std::invalid_argument("images and filter differ in input channels");
  p.outHeight = outputSize(p.inHeight, p.kernelHeight, p.strideHeight);
  p.outWidth = outputSize(p.inWidth, p.kernelWidth, p.strideWidth);
  p.padTop = attributes.same ? samePadding(p.inHeight, p.kernelHeight, p.strideHeight, p.outHeight) : 0;
  p.padLeft = attributes.same ? samePadding(p.inWidth, p.kernelWidth, p.strideWidth, p.outWidth) : 0;
  return p;
}

void checkOutputGradient(const ConvParams& p, const Shape4& dy) {
  const int64_t expected[4] = {p.batch, p.outHeight, p.outWidth, p.outChannels};
  if (!std::equal(expected, expected + 4, dy.dims))
    throw std::invalid_argument("the output gradient does not have the shape of the output");
}
