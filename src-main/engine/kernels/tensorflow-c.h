#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_datatype.h"
#include "tensorflow/c/tf_status.h"
#include "tensorflow/c/tf_tensor.h"

// The part of TensorFlow's C API for kernels that we use (its header includes C++ headers that the wheel's C headers lack), and RAII
// wrappers around it.

extern "C" {
struct TF_KernelBuilder;
struct TF_OpKernelConstruction;
struct TF_OpKernelContext;
TF_KernelBuilder* TF_NewKernelBuilder(const char* op, const char* device, void* (*create)(TF_OpKernelConstruction*),
                                      void (*compute)(void*, TF_OpKernelContext*), void (*destroy)(void*));
void TF_RegisterKernelBuilder(const char* name, TF_KernelBuilder* builder, TF_Status* status);
void TF_OpKernelConstruction_GetAttrSize(TF_OpKernelConstruction* context, const char* name, int32_t* length,
                                         int32_t* bytes, TF_Status* status);
void TF_OpKernelConstruction_GetAttrFloat(TF_OpKernelConstruction* context, const char* name, float* value,
                                          TF_Status* status);
void TF_OpKernelConstruction_GetAttrInt64(TF_OpKernelConstruction* context, const char* name, int64_t* value,
                                          TF_Status* status);
void TF_OpKernelConstruction_GetAttrInt64List(TF_OpKernelConstruction* context, const char* name, int64_t* values,
                                              int length, TF_Status* status);
void TF_OpKernelConstruction_GetAttrString(TF_OpKernelConstruction* context, const char* name, char* value,
                                           size_t length, TF_Status* status);
void TF_OpKernelConstruction_Failure(TF_OpKernelConstruction* context, TF_Status* status);
void TF_OpKernelContext_Failure(TF_OpKernelContext* context, TF_Status* status);
void TF_GetInput(TF_OpKernelContext* context, int position, TF_Tensor** tensor, TF_Status* status);
TF_Tensor* TF_AllocateOutput(TF_OpKernelContext* context, int position, TF_DataType type, const int64_t* shape,
                             int rank, size_t bytes, TF_Status* status);
TF_Tensor* TF_ForwardInputOrAllocateOutput(TF_OpKernelContext* context, const int* candidates, int candidateCount,
                                           int position, const int64_t* shape, int rank, int* forwarded,
                                           TF_Status* status);
}

struct DeleteStatus {
  void operator()(TF_Status* status) const { TF_DeleteStatus(status); }
};
struct DeleteTensor {
  void operator()(TF_Tensor* tensor) const { TF_DeleteTensor(tensor); }
};
using Status = std::unique_ptr<TF_Status, DeleteStatus>;
using Tensor = std::unique_ptr<TF_Tensor, DeleteTensor>;

/** @throws std::runtime_error if the status is not OK */
inline void check(const Status& status) {
  if (TF_GetCode(status.get()) != TF_OK) throw std::runtime_error(TF_Message(status.get()));
}

inline int64_t intAttr(TF_OpKernelConstruction* context, const char* name) {
  const Status status(TF_NewStatus());
  int64_t value = 0;
  TF_OpKernelConstruction_GetAttrInt64(context, name, &value, status.get());
  check(status);
  return value;
}

inline std::vector<int64_t> intListAttr(TF_OpKernelConstruction* context, const char* name) {
  const Status status(TF_NewStatus());
  int32_t length = 0, bytes = 0;
  TF_OpKernelConstruction_GetAttrSize(context, name, &length, &bytes, status.get());
  check(status);
  std::vector<int64_t> values(length);
  TF_OpKernelConstruction_GetAttrInt64List(context, name, values.data(), length, status.get());
  check(status);
  return values;
}

inline float floatAttr(TF_OpKernelConstruction* context, const char* name) {
  const Status status(TF_NewStatus());
  float value = 0.0f;
  TF_OpKernelConstruction_GetAttrFloat(context, name, &value, status.get());
  check(status);
  return value;
}

/** A string attribute of at most 15 characters. */
inline std::string stringAttr(TF_OpKernelConstruction* context, const char* name) {
  const Status status(TF_NewStatus());
  char value[16] = {};
  TF_OpKernelConstruction_GetAttrString(context, name, value, sizeof value - 1, status.get());
  check(status);
  return value;
}

inline Tensor getInput(TF_OpKernelContext* context, int index) {
  const Status status(TF_NewStatus());
  TF_Tensor* tensor = nullptr;
  TF_GetInput(context, index, &tensor, status.get());
  check(status);
  return Tensor(tensor);
}

/** Allocates a float32 output. */
inline Tensor allocateOutput(TF_OpKernelContext* context, int index, std::initializer_list<int64_t> shape) {
  const Status status(TF_NewStatus());
  size_t bytes = sizeof(float);
  for (const int64_t size : shape) bytes *= static_cast<size_t>(size);
  TF_Tensor* const tensor =
      TF_AllocateOutput(context, index, TF_FLOAT, shape.begin(), static_cast<int>(shape.size()), bytes, status.get());
  Tensor owned(tensor);
  check(status);
  return owned;
}

inline float* floats(const Tensor& tensor) { return static_cast<float*>(TF_TensorData(tensor.get())); }

/** [batch, height, width, channels] of images, or [height, width, inChannels, outChannels] of a filter. */
struct Shape4 {
  int64_t dims[4];
};

/** @throws std::invalid_argument if the tensor is not 4-D */
inline Shape4 shape4(const Tensor& tensor) {
  if (TF_NumDims(tensor.get()) != 4) throw std::invalid_argument("images, filters and their gradients must be 4-D");
  const auto dim = [&](int axis) { return TF_Dim(tensor.get(), axis); };
  return {{dim(0), dim(1), dim(2), dim(3)}};
}

/** Constructs the state of a kernel; a failure is reported to TensorFlow. @returns null after a failure */
template <typename Construct>
void* constructOrReport(TF_OpKernelConstruction* context, const Construct& construct) {
  try {
    return construct();
  } catch (const std::exception& error) {
    const Status status(TF_NewStatus());
    TF_SetStatus(status.get(), TF_INVALID_ARGUMENT, error.what());
    TF_OpKernelConstruction_Failure(context, status.get());
    return nullptr;
  }
}

/** Runs a kernel; an exception is reported to TensorFlow. */
template <typename Compute>
void computeOrReport(TF_OpKernelContext* context, const Compute& compute) {
  try {
    compute();
  } catch (const std::exception& error) {
    const Status status(TF_NewStatus());
    TF_SetStatus(status.get(), TF_INTERNAL, error.what());
    TF_OpKernelContext_Failure(context, status.get());
  }
}

/** The signature of an op, as TF_OpDefinitionBuilder takes it: "name: type". */
struct OpSignature {
  std::vector<const char*> inputs, outputs, attributes;
};

/** Registers an op, without shape inference (graphs come with their shapes checked), and its CPU kernel. */
inline void registerCpuKernel(const char* name, const OpSignature& signature, void* (*create)(TF_OpKernelConstruction*),
                              void (*compute)(void*, TF_OpKernelContext*), void (*destroy)(void*)) {
  TF_OpDefinitionBuilder* const op = TF_NewOpDefinitionBuilder(name);
  for (const char* input : signature.inputs) TF_OpDefinitionBuilderAddInput(op, input);
  for (const char* output : signature.outputs) TF_OpDefinitionBuilderAddOutput(op, output);
  for (const char* attribute : signature.attributes) TF_OpDefinitionBuilderAddAttr(op, attribute);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(op, [](TF_ShapeInferenceContext* context, TF_Status* result) {
    TF_ShapeInferenceContextSetUnknownShape(context, result);
  });
  const Status status(TF_NewStatus());
  TF_RegisterOpDefinition(op, status.get());
  check(status);
  TF_RegisterKernelBuilder(name, TF_NewKernelBuilder(name, "CPU", create, compute, destroy), status.get());
  check(status);
}

void registerBatchNorm();
void registerChannelSum();
void registerConvolution();
void registerRecurrent();
void registerSoftmaxLoss();
