#include "softmax-loss.h"

#include <algorithm>

#include "flush-denormals.h"
#include "kernels.h"
#include "simd-kernels.h"

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
