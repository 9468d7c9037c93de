#include "conv-attributes.h"
#include "kernels.h"
#include "tensorflow-c.h"

// CellsmithConv2D and CellsmithConv2DBackpropInput: drop-in replacements for TensorFlow's ops.

namespace {

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

}  // namespace

void registerConvolution() {
  registerCpuKernel("CellsmithConv2D", {{"input: T", "filter: T"}, {"output: T"}, convAttributeSpecs},
                    createConvAttributes, computeForward, deleteConvAttributes);
  registerCpuKernel("CellsmithConv2DBackpropInput",
                    {{"input_sizes: int32", "filter: T", "out_backprop: T"}, {"output: T"}, convAttributeSpecs},
                    createConvAttributes, computeBackwardInput, deleteConvAttributes);
}
