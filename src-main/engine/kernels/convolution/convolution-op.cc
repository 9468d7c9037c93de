#include "kernels.h"
#include "tensorflow-c.h"
#include "window.h"

// A convolution and the gradient of its input as TensorFlow ops.

namespace {

void checkRuns(const Convolution& c) {
  if (!convolves(c))
    throw std::invalid_argument(
        "this convolution takes strides of one, at most seven kernel rows and a processor with AVX-512");
}

void computeConvolution(void* window, TF_OpKernelContext* context) {
  reportingFailure(context, [&] {
    const Tensor images = input(context, 0), filter = input(context, 1);
    const Convolution c = describeConvolution(*static_cast<Window*>(window), shapeOf(images), shapeOf(filter));
    checkRuns(c);
    const Tensor result = allocate(context, 0, {c.batch, c.outHeight, c.outWidth, c.filters});
    convolve(c, floats(images), floats(filter), floats(result));
  });
}

void computeInputGradient(void* window, TF_OpKernelContext* context) {
  reportingFailure(context, [&] {
    const Tensor imagesShape = input(context, 0), filter = input(context, 1), gradients = input(context, 2);
    const Convolution c = describeConvolution(*static_cast<Window*>(window), heldShape(imagesShape), shapeOf(filter));
    checkGradients(c, shapeOf(gradients));
    checkRuns(c);
    const Tensor result = allocate(context, 0, {c.batch, c.height, c.width, c.depth});
    inputGradient(c, floats(gradients), floats(filter), floats(result));
  });
}

/** With the attributes of Conv2D and Conv2DBackpropInput, whose places they take. */
void registerWith(const char* name, std::initializer_list<const char*> inputs,
                  void (*compute)(void*, TF_OpKernelContext*)) {
  TF_OpDefinitionBuilder* const op = TF_NewOpDefinitionBuilder(name);
  for (const char* taken : inputs) TF_OpDefinitionBuilderAddInput(op, taken);
  TF_OpDefinitionBuilderAddOutput(op, "output: T");
  TF_OpDefinitionBuilderAddAttr(op, "T: {float}");
  TF_OpDefinitionBuilderAddAttr(op, "strides: list(int)");
  TF_OpDefinitionBuilderAddAttr(op, "padding: {'SAME', 'VALID'}");
  registerKernel(name, op, readWindow, compute, forgetWindow);
}

}  // namespace

void registerConvolution() {
  registerWith("CellsmithConv2D", {"input: T", "filter: T"}, computeConvolution);
  registerWith("CellsmithConv2DBackpropInput", {"input_sizes: int32", "filter: T", "out_backprop: T"},
               computeInputGradient);
}
