#include <cstdint>
#include <stdexcept>

#include "kernels.h"
#include "tensorflow-c.h"

// CellsmithBatchNormRelu: FusedBatchNormV3 in training, fused with the ReLU after it. Its last two outputs replace the reserve space.
// CellsmithBatchNormReluGrad: the gradient of both.

namespace {

struct Attributes {
  float epsilon, factor;
};

void* create(TF_OpKernelConstruction* context) {
  return constructOrReport(context, [&] {
    return new Attributes{floatAttr(context, "epsilon"), floatAttr(context, "exponential_avg_factor")};
  });
}

void destroy(void* attributes) { delete static_cast<Attributes*>(attributes); }

BatchNormParams batchNormParams(const Shape4& x, float epsilon) {
  return {x.dims[0] * x.dims[1] * x.dims[2], x.dims[3], epsilon};
}

void checkVectors(const BatchNormParams& p, std::initializer_list<const Tensor*> vectors) {
  for (const Tensor* vector : vectors)
    if (TF_TensorElementCount(vector->get()) != p.channels)
      throw std::invalid_argument("scale, offset, mean and variance must have one element per channel");
}

void computeForward(void* attributes, TF_OpKernelContext* context) {
  computeOrReport(context, [&] {
    const auto [epsilon, factor] = *static_cast<Attributes*>(attributes);
    const Tensor x = getInput(context, 0), scale = getInput(context, 1), offset = getInput(context, 2);
    const Tensor mean = getInput(context, 3), variance = getInput(context, 4);
    const Shape4 shape = shape4(x);
    const BatchNormParams p = batchNormParams(shape, epsilon);
    checkVectors(p, {&scale, &offset});
    if (factor != 1.0f) checkVectors(p, {&mean, &variance});
    const auto vector = [&](int index) { return allocateOutput(context, index, {p.channels}); };
    const Tensor y = allocateOutput(context, 0, {shape.dims[0], shape.dims[1], shape.dims[2], shape.dims[3]});
    const Tensor runningMean = vector(1), runningVariance = vector(2), batchMean = vector(3), invStd = vector(4);
    batchNormReluForward(p, floats(x), floats(scale), floats(offset), {floats(mean), floats(variance), factor},
                         {floats(y), floats(runningMean), floats(runningVariance), floats(batchMean), floats(invStd)});
  });
}

void computeBackward(void*, TF_OpKernelContext* context) {
  computeOrReport(context, [&] {
    const Tensor x = getInput(context, 1), scale = getInput(context, 2), offset = getInput(context, 3);
    const Tensor mean = getInput(context, 4), invStd = getInput(context, 5);
    const Shape4 shape = shape4(x);
    const BatchNormParams p = batchNormParams(shape, 0.0f);
    checkVectors(p, {&scale, &offset, &mean, &invStd});
    // Reuses the buffer of dy if nothing else reads it. Must come before getInput(0), which takes a reference.
    const int candidate = 0;
    int forwarded = -1;
    const Status status(TF_NewStatus());
    const Tensor dx(
        TF_ForwardInputOrAllocateOutput(context, &candidate, 1, 0, shape.dims, 4, &forwarded, status.get()));
    check(status);
    const Tensor dy = getInput(context, 0);
    if (TF_TensorElementCount(dy.get()) != p.pixels * p.channels)
      throw std::invalid_argument("the output gradient does not have the shape of the images");
    const Tensor dscale = allocateOutput(context, 1, {p.channels}), doffset = allocateOutput(context, 2, {p.channels});
    batchNormReluBackward(p, floats(dy), floats(x), floats(scale), floats(offset), floats(mean), floats(invStd),
                          {floats(dx), floats(dscale), floats(doffset)});
  });
}

}  // namespace

void registerBatchNorm() {
  registerCpuKernel("CellsmithBatchNormRelu",
                    {{"x: T", "scale: T", "offset: T", "mean: T", "variance: T"},
                     {"y: T", "batch_mean: T", "batch_variance: T", "saved_mean: T", "inverse: T"},
                     {"T: {float}", "epsilon: float", "exponential_avg_factor: float"}},
                    create, computeForward, destroy);
  registerCpuKernel("CellsmithBatchNormReluGrad",
                    {{"y_backprop: T", "x: T", "scale: T", "offset: T", "saved_mean: T", "inverse: T"},
                     {"x_backprop: T", "scale_backprop: T", "offset_backprop: T"},
                     {"T: {float}"}},
                    nullptr, computeBackward, nullptr);
}
