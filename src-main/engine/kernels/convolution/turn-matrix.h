#pragma once

#include <cstdint>

/** Writes a matrix [rows, columns], of which rows are `stride` apart, as [columns, rows] with `turnedStride`. */
void turnMatrix(const float* from, int64_t stride, int64_t rows, int64_t columns, float* to, int64_t turnedStride);
