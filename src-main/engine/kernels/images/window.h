#pragma once

#include <cstdint>

#include "kernels.h"
#include "tensorflow-c.h"

// The window of a convolution, as the attributes of TensorFlow's ops describe it.

struct Window {
  int64_t strideHeight, strideWidth;
  bool same;
};

/** Reads `strides` and `padding` of an op. @returns a Window, for `forgetWindow`; null after a failure that TensorFlow knows of */
void* readWindow(TF_OpKernelConstruction* context);
void forgetWindow(void* window);

/** [batch, height, width, depth], or [height, width, depth, filters]. */
struct Shape4 {
  int64_t axes[4];
};

/** @throws std::invalid_argument when there are not four axes */
Shape4 shapeOf(const Tensor& tensor);
/** The shape that a tensor of int32 holds. @throws std::invalid_argument when it does not hold four numbers */
Shape4 heldShape(const Tensor& tensor);

/** @throws std::invalid_argument when the filter does not take the images' channels */
Convolution describeConvolution(const Window& window, const Shape4& images, const Shape4& filter);

/** @throws std::invalid_argument when these are not gradients of what the convolution gives */
void checkGradients(const Convolution& convolution, const Shape4& gradients);
