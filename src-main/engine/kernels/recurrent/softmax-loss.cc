#include <algorithm>

#include "kernels.h"
#include "simd-kernels.h"
#include "tensorflow-c.h"

// CellsmithSoftmaxLoss: SparseSoftmaxCrossEntropyWithLogits for many classes.

namespace {

/**
 * The softmax cross-entropy of each row of logits [rows, classes] and its gradient.
 * @param labels the class of each row
 * @param losses [rows]
 * @param dlogits [rows, classes], for a loss gradient of 1
 */
void softmaxLoss(int64_t rows, int64_t classes, const float* logits, const int32_t* labels, float* losses,
                 float* dlogits) {
  constexpr int64_t rowBlock = 8;
  const SimdKernels& kernels = simdKernels();
  parallelFor(ceilDiv(rows, rowBlock), [&](int64_t block) {
    const ScopedFlushDenormals flushDenormals;
    for (int64_t row = block * rowBlock; row < std::min((block + 1) * rowBlock, rows); row++)
      losses[row] = kernels.softmaxLoss(logits + row * classes, classes, labels[row], dlogits + row * classes);
  });
}

void compute(void*, TF_OpKernelContext* context) {
  computeOrReport(context, [&] {
    const Tensor logits = getInput(context, 0), labels = getInput(context, 1);
    if (TF_NumDims(logits.get()) != 2 || TF_NumDims(labels.get()) != 1 ||
        TF_Dim(labels.get(), 0) != TF_Dim(logits.get(), 0))
      throw std::invalid_argument("logits must be [rows, classes] and labels [rows]");
    const int64_t rows = TF_Dim(logits.get(), 0), classes = TF_Dim(logits.get(), 1);
    const int32_t* const label = static_cast<const int32_t*>(TF_TensorData(labels.get()));
    for (int64_t row = 0; row < rows; row++)
      if (label[row] < 0 || label[row] >= classes) throw std::invalid_argument("a label is not in [0, classes)");
    const Tensor losses = allocateOutput(context, 0, {rows});
    const Tensor dlogits = allocateOutput(context, 1, {rows, classes});
    softmaxLoss(rows, classes, floats(logits), label, floats(losses), floats(dlogits));
  });
}

}  // namespace

void registerSoftmaxLoss() {
  registerCpuKernel("CellsmithSoftmaxLoss",
                    {{"logits: float", "labels: int32"}, {"losses: float", "gradients: float"}, {}}, nullptr, compute,
                    nullptr);
}
