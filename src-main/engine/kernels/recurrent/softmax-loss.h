#pragma once

#include <cstdint>

/**
 * The softmax cross-entropy of each row of logits [rows, classes] and its gradient.
 * @param labels the class of each row
 * @param losses [rows]
 * @param dlogits [rows, classes], for a loss gradient of 1
 */
void softmaxLoss(int64_t rows, int64_t classes, const float* logits, const int32_t* labels, float* losses,
                 float* dlogits);
