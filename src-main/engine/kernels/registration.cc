#include <algorithm>
#include <cstdint>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>

#include "kernels.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_datatype.h"
#include "tensorflow/c/tf_status.h"
#include "tensorflow/c/tf_tensor.h"

// Makes the kernels known to TensorFlow when Node loads this library, by TensorFlow's C interface for kernels and Node-API. Both are
// declared here as far as they are used: TensorFlow's header for kernels includes C++ headers that an engine does not have.
extern "C" {
struct TF_KernelBuilder;
struct TF_OpKernelConstruction;
struct TF_OpKernelContext;
TF_KernelBuilder* TF_NewKernelBuilder(const char* op, const char* device, void* (*create)(TF_OpKernelConstruction*),
                                      void (*compute)(void*, TF_OpKernelContext*), void (*destroy)(void*));
void TF_RegisterKernelBuilder(const char* name, TF_KernelBuilder* builder, TF_Status* status);
void TF_OpKernelConstruction_GetAttrInt64List(TF_OpKernelConstruction* context, const char* name, int64_t* values,
                                              int length, TF_Status* status);
void TF_OpKernelConstruction_GetAttrString(TF_OpKernelConstruction* context, const char* name, char* value,
                                           size_t length, TF_Status* status);
void TF_OpKernelConstruction_Failure(TF_OpKernelConstruction* context, TF_Status* status);
void TF_OpKernelContext_Failure(TF_OpKernelContext* context, TF_Status* status);
void TF_GetInput(TF_OpKernelContext* context, int position, TF_Tensor** tensor, TF_Status* status);
TF_Tensor* TF_AllocateOutput(TF_OpKernelContext* context, int position, TF_DataType type, const int64_t* shape,
                             int rank, size_t bytes, TF_Status* status);
int napi_throw_error(void* environment, const char* code, const char* message);
}

namespace {

struct FreeStatus {
  void operator()(TF_Status* status) const { TF_DeleteStatus(status); }
};
struct FreeTensor {
  void operator()(TF_Tensor* tensor) const { TF_DeleteTensor(tensor); }
};
using Status = std::unique_ptr<TF_Status, FreeStatus>;
using Tensor = std::unique_ptr<TF_Tensor, FreeTensor>;

void check(const Status& status) {
  if (TF_GetCode(status.get()) != TF_OK) throw std::runtime_error(TF_Message(status.get()));
}

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

Tensor input(TF_OpKernelContext* context, int position) {
  const Status status(TF_NewStatus());
  TF_Tensor* tensor = nullptr;
  TF_GetInput(context, position, &tensor, status.get());
  check(status);
  return Tensor(tensor);
}

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
  try {
    const Tensor images = input(context, 0), filterShape = input(context, 1), gradients = input(context, 2);
    const Convolution c = describe(*static_cast<Window*>(window), images.get(), filterShape.get(), gradients.get());
    const int64_t shape[4] = {c.kernelHeight, c.kernelWidth, c.depth, c.filters};
    const Status status(TF_NewStatus());
    const Tensor result(TF_AllocateOutput(context, 0, TF_FLOAT, shape, 4,
                                          sizeof(float) * shape[0] * shape[1] * shape[2] * shape[3], status.get()));
    check(status);
    filterGradient(c, static_cast<const float*>(TF_TensorData(images.get())),
                   static_cast<const float*>(TF_TensorData(gradients.get())),
                   static_cast<float*>(TF_TensorData(result.get())));
  } catch (const std::exception& error) {
    const Status status(TF_NewStatus());
    TF_SetStatus(status.get(), TF_INTERNAL, error.what());
    TF_OpKernelContext_Failure(context, status.get());
  }
}

void registerFilterGradient() {
  const char* const name = "CellsmithConv2DBackpropFilter";
  const Status status(TF_NewStatus());
  TF_OpDefinitionBuilder* const op = TF_NewOpDefinitionBuilder(name);
  // As Conv2DBackpropFilter has them, whose place it takes.
  TF_OpDefinitionBuilderAddInput(op, "input: T");
  TF_OpDefinitionBuilderAddInput(op, "filter_sizes: int32");
  TF_OpDefinitionBuilderAddInput(op, "out_backprop: T");
  TF_OpDefinitionBuilderAddOutput(op, "output: T");
  TF_OpDefinitionBuilderAddAttr(op, "T: {float}");
  TF_OpDefinitionBuilderAddAttr(op, "strides: list(int)");
  TF_OpDefinitionBuilderAddAttr(op, "padding: {'SAME', 'VALID'}");
  TF_OpDefinitionBuilderSetShapeInferenceFunction(op, [](TF_ShapeInferenceContext* context, TF_Status* result) {
    TF_ShapeInferenceContextSetUnknownShape(context, result);
  });
  TF_RegisterOpDefinition(op, status.get());
  check(status);
  TF_RegisterKernelBuilder(name, TF_NewKernelBuilder(name, "CPU", readWindow, computeFilterGradient, forgetWindow),
                           status.get());
  check(status);
}

}  // namespace

/** What Node calls when it loads the library: once in each of its threads that does. */
extern "C" void* napi_register_module_v1(void* environment, void* exports) {
  static std::once_flag once;
  try {
    std::call_once(once, registerFilterGradient);
  } catch (const std::exception& error) {
    napi_throw_error(environment, nullptr, error.what());
  }
  return exports;
}
