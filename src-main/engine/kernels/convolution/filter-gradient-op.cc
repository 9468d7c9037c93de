#include "conv-attributes.h"
#include "kernels.h"
#include "tensorflow-c.h"

// CellsmithConv2DBackpropFilter: a drop-in replacement for TensorFlow's op.

namespace {

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

void registerFilterGradient() {
  registerCpuKernel("CellsmithConv2DBackpropFilter",
                    {{"input: T", "filter_sizes: int32", "out_backprop: T"}, {"output: T"}, convAttributeSpecs},
                    createConvAttributes, computeBackwardFilter, deleteConvAttributes);
}
