#include <algorithm>
#include <cstring>

#include "kernels.h"
#include "tensorflow-c.h"

// The gradient of a convolution's filter as a TensorFlow op.

namespace {

struct Window {
  int64_t strideHeight, strideWidth;
  bool same;
};

void* readWindow(TF_OpKernelConstruction* context) {
  const Status status(TF_NewStatus());
  int64_t strides[4] = {1, 1, 1, 1};
  char padding[8] = {};
  TF_OpKernelConstruction_GetAttrInt64List(context, "strides", strides, 4, status.get());
  if (TF_GetCode(status.get()) == TF_OK)
    TF_OpKernelConstruction_GetAttrString(context, "padding", padding, sizeof padding, status.get());
  if (TF_GetCode(status.get()) != TF_OK) {
    TF_OpKernelConstruction_Failure(context, status.get());
    return nullptr;
  }
  return new Window{strides[1], strides[2], std::strncmp(padding, "SAME", 4) == 0};
}

void forgetWindow(void* window) { delete static_cast<Window*>(window); }

/** Zeros before the image, by TensorFlow's rule for 'SAME'. */
int64_t before(int64_t size, int64_t kernel, int64_t stride, int64_t out) {
  return std::max<int64_t>(0, (out - 1) * stride + kernel - size) / 2;
}

Convolution describe(const Window& window, const TF_Tensor* images, const TF_Tensor* filterShape,
                     const TF_Tensor* gradients) {
  if (TF_NumDims(images) != 4 || TF_NumDims(gradients) != 4 || TF_TensorElementCount(filterShape) != 4)
    throw std::invalid_argument("images, filter and gradients have four axes each");
  const int32_t* const filter = static_cast<const int32_t*>(TF_TensorData(filterShape));
  Convolution c;
  c.batch = TF_Dim(images, 0);
  c.height = TF_Dim(images, 1);
  c.width = TF_Dim(images, 2);
  c.depth = TF_Dim(images, 3);
  c.kernelHeight = filter[0];
  c.kernelWidth = filter[1];
  c.filters = filter[3];
  c.outHeight = TF_Dim(gradients, 1);
  c.outWidth = TF_Dim(gradients, 2);
  c.strideHeight = window.strideHeight;
  c.strideWidth = window.strideWidth;
  const auto size = [&](int64_t in, int64_t kernel, int64_t stride) {
    return window.same ? (in + stride - 1) / stride : (in - kernel) / stride + 1;
  };
  if (filter[2] != c.depth || TF_Dim(gradients, 0) != c.batch || TF_Dim(gradients, 3) != c.filters ||
      size(c.height, c.kernelHeight, c.strideHeight) != c.outHeight ||
      size(c.width, c.kernelWidth, c.strideWidth) != c.outWidth)
    throw std::invalid_argument("images, filter and gradients do not belong to one convolution");
  c.top = window.same ? before(c.height, c.kernelHeight, c.strideHeight, c.outHeight) : 0;
  c.left = window.same ? before(c.width, c.kernelWidth, c.strideWidth, c.outWidth) : 0;
  return c;
}

void computeFilterGradient(void* window, TF_OpKernelContext* context) {
  reportingFailure(context, [&] {
    const Tensor images = input(context, 0), filterShape = input(context, 1), gradients = input(context, 2);
    const Convolution c = describe(*static_cast<Window*>(window), images.get(), filterShape.get(), gradients.get());
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
