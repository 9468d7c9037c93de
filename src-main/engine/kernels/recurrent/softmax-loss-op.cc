#include "softmax-loss.h"
#include "tensorflow-c.h"

// The cross-entropy of many classes as a TensorFlow op.

namespace {

void computeSoftmaxLoss(void*, TF_OpKernelContext* context) {
  reportingFailure(context, [&] {
    const Tensor logits = input(context, 0), labels = input(context, 1);
    if (TF_NumDims(logits.get()) != 2 || TF_NumDims(labels.get()) != 1 ||
        TF_Dim(labels.get(), 0) != TF_Dim(logits.get(), 0))
      throw std::invalid_argument("logits have two axes, and each row a label");
    const int64_t rows = TF_Dim(logits.get(), 0), classes = TF_Dim(logits.get(), 1);
    const int32_t* const label = static_cast<const int32_t*>(TF_TensorData(labels.get()));
    for (int64_t row = 0; row < rows; row++)
      if (label[row] < 0 || label[row] >= classes) throw std::invalid_argument("a label is none of the classes");
    const Tensor losses = allocate(context, 0, {rows});
    const Tensor gradients = allocate(context, 1, {rows, classes});
    softmaxLoss(rows, classes, floats(logits), label, floats(losses), floats(gradients));
  });
}

}  // namespace

void registerSoftmaxLoss() {
  const char* const name = "CellsmithSoftmaxLoss";
  TF_OpDefinitionBuilder* const op = TF_NewOpDefinitionBuilder(name);
  TF_OpDefinitionBuilderAddInput(op, "logits: float");
  TF_OpDefinitionBuilderAddInput(op, "labels: int32");
  TF_OpDefinitionBuilderAddOutput(op, "losses: float");
  TF_OpDefinitionBuilderAddOutput(op, "gradients: float");
  registerKernel(name, op, nullptr, computeSoftmaxLoss, nullptr);
}
