#include "kernels.h"
#include "tensorflow-c.h"
#include "window.h"

// The gradient of a convolution's filter as a TensorFlow op.

namespace {

void computeFilterGradient(void* window, TF_OpKernelContext* context) {
  reportingFailure(context, [&] {
    const Tensor images = input(context, 0), filterShape = input(context, 1), gradients = input(context, 2);
    const Convolution c =
        describeConvolution(*static_cast<Window*>(window), shapeOf(images), heldShape(filterShape));
    checkGradients(c, shapeOf(gradients));
    const Tensor result = allocate(context, 0, {c.kernelHeight, c.kernelWidth, c.depth, c.filters});
    filterGradient(c, floats(images), floats(gradients), floats(result));
  });
}

}  // namespace

void registerFilterGradient() {
  const char* const name = "CellsmithConv2DBackpropFilter";
  TF_OpDefinitionBuilder* const op = TF_NewOpDefinitionBuilder(name);
  // As Conv2DBackpropFilter has them, whose place it takes.
  TF_OpDefinitionBuilderAddInput(op, "input: T");
  TF_OpDefinitionBuilderAddInput(op, "filter_sizes: int32");
  TF_OpDefinitionBuilderAddInput(op, "out_backprop: T");
  TF_OpDefinitionBuilderAddOutput(op, "output: T");
  TF_OpDefinitionBuilderAddAttr(op, "T: {float}");
  TF_OpDefinitionBuilderAddAttr(op, "strides: list(int)");
  TF_OpDefinitionBuilderAddAttr(op, "padding: {'SAME', 'VALID'}");
  registerKernel(name, op, readWindow, computeFilterGradient, forgetWindow);
}
