#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <vector>

#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_datatype.h"
#include "tensorflow/c/tf_status.h"
#include "tensorflow/c/tf_tensor.h"

// TensorFlow's C interface for kernels, declared as far as it is used: TensorFlow's own header for it includes C++ headers that an
// engine does not have. And what makes it safer to use.

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

struct FreeStatus {
  void operator()(TF_Status* status) const { TF_DeleteStatus(status); }
};
struct FreeTensor {
  void operator()(TF_Tensor* tensor) const { TF_DeleteTensor(tensor); }
};
using Status = std::unique_ptr<TF_Status, FreeStatus>;
using Tensor = std::unique_ptr<TF_Tensor, FreeTensor>;

inline void check(const Status& status) {
  if (TF_GetCode(status.get()) != TF_OK) throw std::runtime_error(TF_Message(status.get()));
}

/** An attribute of an op. */
inline int64_t readInteger(TF_OpKernelConstruction* context, const char* name) {
  const Status status(TF_NewStatus());
  int64_t value = 0;
  TF_OpKernelConstruction_GetAttrInt64(context, name, &value, status.get());
  check(status);
  return value;
}

inline std::vector<int64_t> readIntegers(TF_OpKernelConstruction* context, const char* name) {
  const Status status(TF_NewStatus());
  int32_t length = 0, bytes = 0;
  TF_OpKernelConstruction_GetAttrSize(context, name, &length, &bytes, status.get());
  check(status);
  std::vector<int64_t> values(length);
  TF_OpKernelConstruction_GetAttrInt64List(context, name, values.data(), length, status.get());
  check(status);
  return values;
}

inline Tensor input(TF_OpKernelContext* context, int position) {
  const Status status(TF_NewStatus());
  TF_Tensor* tensor = nullptr;
  TF_GetInput(context, position, &tensor, status.get());
  check(status);
  return Tensor(tensor);
}

/** A float32 output of a kernel. */
inline Tensor allocate(TF_OpKernelContext* context, int position, std::initializer_list<int64_t> shape) {
  const Status status(TF_NewStatus());
  size_t bytes = sizeof(float);
  for (const int64_t size : shape) bytes *= static_cast<size_t>(size);
  TF_Tensor* const tensor = TF_AllocateOutput(context, position, TF_FLOAT, shape.begin(), static_cast<int>(shape.size()),
                                              bytes, status.get());
  Tensor owned(tensor);
  check(status);
  return owned;
}

inline float* floats(const Tensor& tensor) { return static_cast<float*>(TF_TensorData(tensor.get())); }

/** Reports to TensorFlow what a kernel throws. */
template <typename Compute>
void reportingFailure(TF_OpKernelContext* context, const Compute& compute) {
  try {
    compute();
  } catch (const std::exception& error) {
    const Status status(TF_NewStatus());
    TF_SetStatus(status.get(), TF_INTERNAL, error.what());
    TF_OpKernelContext_Failure(context, status.get());
  }
}

/** Outputs get whatever shapes the kernel gives them. */
inline void leaveShapesOpen(TF_OpDefinitionBuilder* op) {
  TF_OpDefinitionBuilderSetShapeInferenceFunction(op, [](TF_ShapeInferenceContext* context, TF_Status* result) {
    TF_ShapeInferenceContextSetUnknownShape(context, result);
  });
}

/** Registers an op and its kernel for processors. */
inline void registerKernel(const char* name, TF_OpDefinitionBuilder* op, void* (*create)(TF_OpKernelConstruction*),
                           void (*compute)(void*, TF_OpKernelContext*), void (*destroy)(void*)) {
  const Status status(TF_NewStatus());
  leaveShapesOpen(op);
  TF_RegisterOpDefinition(op, status.get());
  check(status);
  TF_RegisterKernelBuilder(name, TF_NewKernelBuilder(name, "CPU", create, compute, destroy), status.get());
  check(status);
}

// Each registers its kernels.
void registerBatchNorm();
void registerChannelSums();
void registerConvolution();
void registerFilterGradient();
void registerRecurrent();
void registerSoftmaxLoss();
