#include "window.h"

#include <algorithm>
#include <cstring>

namespace {

/** Zeros before the image, by TensorFlow's rule for 'SAME'. */
int64_t before(int64_t size, int64_t kernel, int64_t stride, int64_t out) {
  return std::max<int64_t>(0, (out - 1) * stride + kernel - size) / 2;
}

}  // namespace

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

Shape4 shapeOf(const Tensor& tensor) {
  if (TF_NumDims(tensor.get()) != 4) throw std::invalid_argument("images, filters and gradients have four axes each");
  const auto length = [&](int axis) { return TF_Dim(tensor.get(), axis); };
  return {{length(0), length(1), length(2), length(3)}};
}

Shape4 heldShape(const Tensor& tensor) {
  if (TF_TensorElementCount(tensor.get()) != 4) throw std::invalid_argument("images and filters have four axes each");
  const int32_t* const held = static_cast<const int32_t*>(TF_TensorData(tensor.get()));
  return {{held[0], held[1], held[2], held[3]}};
}

Convolution describeConvolution(const Window& window, const Shape4& images, const Shape4& filter) {
  Convolution c;
  c.batch = images.axes[0];
  c.height = images.axes[1];
  c.width = images.axes[2];
  c.depth = images.axes[3];
  c.kernelHeight = filter.axes[0];
  c.kernelWidth = filter.axes[1];
  c.filters = filter.axes[3];
  c.strideHeight = window.strideHeight;
  c.strideWidth = window.strideWidth;
  const auto size = [&](int64_t in, int64_t kernel, int64_t stride) {
    return window.same ? ceilDivide(in, stride) : (in - kernel) / stride + 1;
  };
  if (filter.axes[2] != c.depth) throw std::invalid_argument("images and filter do not belong to one convolution");
  c.outHeight = size(c.height, c.kernelHeight, c.strideHeight);
  c.outWidth = size(c.width, c.kernelWidth, c.strideWidth);
  c.top = window.same ? before(c.height, c.kernelHeight, c.strideHeight, c.outHeight) : 0;
  c.left = window.same ? before(c.width, c.kernelWidth, c.strideWidth, c.outWidth) : 0;
  return c;
}

void checkGradients(const Convolution& c, const Shape4& gradients) {
  const int64_t expected[4] = {c.batch, c.outHeight, c.outWidth, c.filters};
  if (!std::equal(expected, expected + 4, gradients.axes))
    throw std::invalid_argument("images, filter and gradients do not belong to one convolution");
}
