#include "softmax-loss.h"

#include <algorithm>

#include "denormals.h"
#include "kernels.h"
#include "vector-loops.h"

void softmaxLoss(int64_t rows, int64_t classes, const float* logits, const int32_t* labels, float* losses, float* gradients) {
  constexpr int64_t atOnce = 8;
  const VectorLoops& loops = vectorLoops();
  inParallel(ceilDivide(rows, atOnce), [&](int64_t some) {
    const WithoutDenormals without;
    for (int64_t row = some * atOnce; row < std::min((some + 1) * atOnce, rows); row++)
      losses[row] = loops.softmaxLoss(logits + row * classes, classes, labels[row], gradients + row * classes);
  });
}
