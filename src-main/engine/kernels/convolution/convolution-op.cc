#include <algorithm>

#include "kernels.h"
#include "tensorflow-c.h"

// CellsmithConv2D, CellsmithConv2DBackpropInput and CellsmithConv2DBackpropFilter: drop-in replacements for TensorFlow's ops.

namespace {

/** The attributes of Conv2D and its gradients. */
struct ConvAttributes {
  int64_t strideHeight, strideWidth;
  /** Padding is SAME, else VALID. */
  bool same;
};

/** The attributes in a TF_OpDefinitionBuilder's form. */
const std::vector<const char*> convAttributeSpecs{"T: {float}", "strides: list(int)", "padding: {'SAME', 'VALID'}"};

/** Zeros before the image with SAME padding. */
int64_t samePadding(int64_t in, int64_t kernel, int64_t stride, int64_t out) {
  return std::max<int64_t>(0, (out - 1) * stride + kernel - in) / 2;
}

/** Creates a ConvAttributes as the state of a kernel. @returns null after a failure, which is reported to TensorFlow */
void* createConvAttributes(TF_OpKernelConstruction* context) {
  return constructOrReport(context, [&] {
    const auto strides = intListAttr(context, "strides");
    if (strides.size() != 4) throw std::invalid_argument("strides must have four elements");
    return new ConvAttributes{strides[1], strides[2], stringAttr(context, "padding") == "SAME"};
  });
}

void deleteConvAttributes(void* attributes) { delete static_cast<ConvAttributes*>(attributes); }

/** The shape that an int32 tensor of four elements holds. @throws std::invalid_argument if it does not */
Shape4 shapeValue(const Tensor& tensor) {
  if (TF_TensorElementCount(tensor.get()) != 4) throw std::invalid_argument("a shape must have four elements");
  const int32_t* const dims = static_cast<const int32_t*>(TF_TensorData(tensor.get()));
  return {{dims[0], dims[1], dims[2], dims[3]}};
}

/** @throws std::invalid_argument if the channels of images and filter differ */
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

/** @throws std::invalid_argument if dy does not have the shape of the output */
void checkOutputGradient(const ConvParams& p, const Shape4& dy) {
  const int64_t expected[4] = {p.batch, p.outHeight, p.outWidth, p.outChannels};
  if (!std::equal(expected, expected + 4, dy.dims))
    throw std::invalid_argument("the output gradient does not have the shape of the output");
}

void checkSupported(const ConvParams& p) {
  if (!isConvSupported(p))
    throw std::invalid_argument("the convolution must have stride 1 and at most " + std::to_string(maxKernelRows) +
                                " kernel rows");
}

void computeForward(void* attributes, TF_OpKernelContext* context) {
  computeOrReport(context, [&] {
    const Tensor images = getInput(context, 0), filter = getInput(context, 1);
    const ConvParams p = convParams(*static_cast<ConvAttributes*>(attributes), shape4(images), shape4(filter));
    checkSupported(p);
    const Tensor output = allocateOutput(context, 0, {p.batch, p.outHeight, p.outWidth, p.outChannels});
    convForward(p, floats(images), floats(filter), floats(output));
  });
}

void computeBackwardInput(void* attributes, TF_OpKernelContext* context) {
  computeOrReport(context, [&] {
    const Tensor imagesShape = getInput(context, 0), filter = getInput(context, 1), dy = getInput(context, 2);
    const ConvParams p = convParams(*static_cast<ConvAttributes*>(attributes), shapeValue(imagesShape), shape4(filter));
    checkOutputGradient(p, shape4(dy));
    checkSupported(p);
    const Tensor dx = allocateOutput(context, 0, {p.batch, p.inHeight, p.inWidth, p.inChannels});
    convBackwardInput(p, floats(dy), floats(filter), floats(dx));
  });
}

void computeBackwardFilter(void* attributes, TF_OpKernelContext* context) {
  computeOrReport(context, [&] {
    const Tensor images = getInput(context, 0), filterShape = getInput(context, 1), dy = getInput(context, 2);
    const ConvParams p = convParams(*static_cast<ConvAttributes*>(attributes), shape4(images), shapeValue(filterShape));
    checkOutputGradient(p, shape4(dy));
    const Tensor dfilter = allocateOutput(context, 0, {p.kernelHeight, p.kernelWidth, p.inChannels, p.outChannels});
    convBackwardFilter(p, floats(images), floats(dy), floats(dfilter));
  });
}

}  // namespace

void registerConvolution() {
  registerCpuKernel("CellsmithConv2D", {{"input: T", "filter: T"}, {"output: T"}, convAttributeSpecs},
                    createConvAttributes, computeForward, deleteConvAttributes);
  registerCpuKernel("CellsmithConv2DBackpropInput",
                    {{"input_sizes: int32", "filter: T", "out_backprop: T"}, {"output: T"}, convAttributeSpecs},
                    createConvAttributes, computeBackwardInput, deleteConvAttributes);
  registerCpuKernel("CellsmithConv2DBackpropFilter",
                    {{"input: T", "filter_sizes: int32", "out_backprop: T"}, {"output: T"}, convAttributeSpecs},
                    createConvAttributes, computeBackwardFilter, deleteConvAttributes);
}
