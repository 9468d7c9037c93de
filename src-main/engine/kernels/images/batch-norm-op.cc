#include <cstdint>
#include <stdexcept>

#include "kernels.h"
#include "tensorflow-c.h"

namespace {

struct Settings {
  float epsilon, rate;
};

void* readSettings(TF_OpKernelConstruction* context) {
  const Status status(TF_NewStatus());
  Settings settings{};
  TF_OpKernelConstruction_GetAttrFloat(context, "epsilon", &settings.epsilon, status.get());
  if (TF_GetCode(status.get()) == TF_OK)
    TF_OpKernelConstruction_GetAttrFloat(context, "exponential_avg_factor", &settings.rate, status.get());
  if (TF_GetCode(status.get()) == TF_OK) return new Settings(settings);
  TF_OpKernelConstruction_Failure(context, status.get());
  return nullptr;
}

void forgetSettings(void* settings) { delete static_cast<Settings*>(settings); }

Normalization describe(const Tensor& x, float epsilon) {
  if (TF_NumDims(x.get()) != 4) throw std::invalid_argument("images have four axes");
  const auto length = [&](int axis) { return TF_Dim(x.get(), axis); };
  return {length(0) * length(1) * length(2), length(3), epsilon};
}

void checkVectors(const Normalization& n, std::initializer_list<const Tensor*> vectors) {
  for (const Tensor* vector : vectors)
    if (TF_TensorElementCount(vector->get()) != n.channels)
      throw std::invalid_argument("there is one scale, offset, mean and variance a channel");
}

void computeForward(void* given, TF_OpKernelContext* context) {
  reportingFailure(context, [&] {
    const auto [epsilon, rate] = *static_cast<Settings*>(given);
    const Tensor x = input(context, 0), scale = input(context, 1), offset = input(context, 2);
    const Tensor mean = input(context, 3), variance = input(context, 4);
    const Normalization n = describe(x, epsilon);
    checkVectors(n, {&scale, &offset});
    if (rate != 1.0f) checkVectors(n, {&mean, &variance});
    const auto vector = [&](int position) { return allocate(context, position, {n.channels}); };
    const Tensor y = allocate(context, 0, {TF_Dim(x.get(), 0), TF_Dim(x.get(), 1), TF_Dim(x.get(), 2), n.channels});
    const Tensor movedMean = vector(1), movedVariance = vector(2), batchMean = vector(3), inverse = vector(4);
    normalizeAndRectify(n, floats(x), floats(scale), floats(offset), {floats(mean), floats(variance), rate},
                        {floats(y), floats(movedMean), floats(movedVariance), floats(batchMean), floats(inverse)});
  });
}

void computeGradient(void*, TF_OpKernelContext* context) {
  reportingFailure(context, [&] {
    const Tensor x = input(context, 1), scale = input(context, 2), offset = input(context, 3);
    const Tensor mean = input(context, 4), inverse = input(context, 5);
    const Normalization n = describe(x, 0.0f);
    checkVectors(n, {&scale, &offset, &mean, &inverse});
    // Into the memory of dy, where nobody else wants that; it must be asked for before dy is held.
    const int64_t shape[4] = {TF_Dim(x.get(), 0), TF_Dim(x.get(), 1), TF_Dim(x.get(), 2), n.channels};
    const int candidate = 0;
    int forwarded = -1;
    const Status status(TF_NewStatus());
    const Tensor dx(TF_ForwardInputOrAllocateOutput(context, &candidate, 1, 0, shape, 4, &forwarded, status.get()));
    check(status);
    const Tensor dy = input(context, 0);
    if (TF_TensorElementCount(dy.get()) != n.pixels * n.channels)
      throw std::invalid_argument("images and their gradient have one shape");
    const Tensor dscale = allocate(context, 1, {n.channels}), doffset = allocate(context, 2, {n.channels});
    normalizeAndRectifyGradient(n, floats(dy), floats(x), floats(scale), floats(offset), floats(mean), floats(inverse),
                                {floats(dx), floats(dscale), floats(doffset)});
  });
}

}  // namespace

void registerBatchNorm() {
  // FusedBatchNormV3 with the ReLU of its result in place of the result, and what the gradient needs in place of its reserve.
  const char* const forward = "CellsmithBatchNormRelu";
  TF_OpDefinitionBuilder* const op = TF_NewOpDefinitionBuilder(forward);
  for (const char* taken : {"x: T", "scale: T", "offset: T", "mean: T", "variance: T"})
    TF_OpDefinitionBuilderAddInput(op, taken);
  for (const char* given : {"y: T", "batch_mean: T", "batch_variance: T", "saved_mean: T", "inverse: T"})
    TF_OpDefinitionBuilderAddOutput(op, given);
  for (const char* attribute : {"T: {float}", "epsilon: float", "exponential_avg_factor: float"})
    TF_OpDefinitionBuilderAddAttr(op, attribute);
  registerKernel(forward, op, readSettings, computeForward, forgetSettings);

  const char* const backward = "CellsmithBatchNormReluGrad";
  TF_OpDefinitionBuilder* const gradient = TF_NewOpDefinitionBuilder(backward);
  for (const char* taken : {"y_backprop: T", "x: T", "scale: T", "offset: T", "saved_mean: T", "inverse: T"})
    TF_OpDefinitionBuilderAddInput(gradient, taken);
  for (const char* given : {"x_backprop: T", "scale_backprop: T", "offset_backprop: T"})
    TF_OpDefinitionBuilderAddOutput(gradient, given);
  TF_OpDefinitionBuilderAddAttr(gradient, "T: {float}");
  registerKernel(backward, gradient, nullptr, computeGradient, nullptr);
}
