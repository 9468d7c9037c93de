#pragma once

#include "recurrent.h"

// Kernels with one implementation (simd-kernels-impl.h) compiled per instruction set.

/** A forward step for a tile of batch rows × units. Strides are in floats; pointers are to the tile's first element. */
struct ForwardTile {
  /** Rows, and units: at most one vector. */
  int64_t rows, units;
  /** Rows of a packed matrix: those of a full tile. */
  int64_t tileRows;
  int64_t hidden, columns;
  const float* wx;
  /** U h_{t−1}, [blocks][tileRows][lanes]. */
  const float* acc;
  const float* c;
  const float* mask;
  float *h, *nextC, *uh;
  /** The masked h_t, packed for the next step's GEMM: [units][tileRows]. */
  float* packedH;
};

struct BackwardTile {
  int64_t rows, units;
  int64_t tileRows;
  int64_t hidden, columns;
  const float* dh;
  /** The gradient of h_t through step t + 1, [tileRows][lanes]; null at the last step. */
  const float* acc;
  const float *wx, *uh;
  const float* c;
  const float* mask;
  /** [tileRows][lanes]: holds the gradient of c_t, is replaced by that of c_{t−1}. */
  float* dc;
  float *dwx, *duh;
  /** duh, packed for the previous step's GEMM: [columns][tileRows], from this tile's first unit on. */
  float* packedDuh;
};

/** The largest `tileRows` of any instruction set. */
constexpr int64_t maxTileRows = 24;

/** The kernels of an instruction set. */
struct SimdKernels {
  int64_t lanes;
  /** The most rows of a GEMM tile. */
  int64_t tileRows;
  /**
   * GEMM micro-kernels rows × lanes, indexed by rows − 1: acc [rows][lanes] = or += aᵀ · b, for packed a [depth][rows] and
   * b [depth][lanes]. `first` overwrites acc.
   */
  void (*const* gemm)(const float* a, const float* b, int64_t depth, bool first, float* acc);
  void (*forward)(const RecurrentCell& cell, const ForwardTile& tile);
  void (*backward)(const RecurrentCell& cell, const BackwardTile& tile);
  /** One row of softmaxLoss. @returns the loss */
  float (*softmaxLoss)(const float* logits, int64_t classes, int64_t label, float* dlogits);
};

/** Those of this CPU. */
const SimdKernels& simdKernels();
