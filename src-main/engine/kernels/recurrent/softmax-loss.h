#pragma once

#include <cstdint>

/**
 * The cross-entropy of each row of logits [rows, classes], and its gradient with respect to them.
 * @param labels the class of each row
 */
void softmaxLoss(int64_t rows, int64_t classes, const float* logits, const int32_t* labels, float* losses, float* gradients);
