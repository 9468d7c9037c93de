#pragma once

#include <cstdint>

/** Transposes a matrix [rows, columns] with row stride `stride` to [columns, rows] with row stride `outStride`. */
void transpose(const float* in, int64_t stride, int64_t rows, int64_t columns, float* out, int64_t outStride);
