#pragma once

#include "recurrent.h"

// Inner loops that there are for the vectors of more than one processor; vector-loops-text.h has their text.

/** Rows of a batch at some units side by side: what an inner loop works on. Rows that lie apart by a stride are counted in floats. */
struct ForwardTile {
  /** Rows, and units: at most as many as a vector has lanes. */
  int64_t rows, units;
  /** Rows that a turned matrix has a place for. */
  int64_t tileRows;
  int64_t hidden, columns;
  const float* fromInput;
  /** [blocks][tileRows][lanes] */
  const float* products;
  const float* c;
  const float* mask;
  float *h, *nextC, *fromHidden;
  /** [units][tileRows]: h as the next step multiplies it. */
  float* turned;
};

struct BackwardTile {
  int64_t rows, units;
  int64_t tileRows;
  int64_t hidden, columns;
  const float* gradients;
  /** [tileRows][lanes]: what comes from the step after through its product; null at the last step. */
  const float* products;
  const float *fromInput, *fromHidden;
  const float* c;
  const float* mask;
  /** [tileRows][lanes]: the gradient of c after the step, replaced by that before it. */
  float* ofC;
  float *ofInput, *ofHidden;
  /** [columns][tileRows]: ofHidden as the step before multiplies it; from this tile's first unit on. */
  float* turned;
};

/** Of the largest tile of any processor. */
constexpr int64_t mostRows = 24;

struct VectorLoops {
  int64_t lanes;
  /** Rows of this processor's largest tile. */
  int64_t tileRows;
  /** By rows - 1: sums [rows][lanes] of a [depth][rows] times b [depth][lanes], which begin at 0 or go on. */
  void (*const* multiply)(const float* a, const float* b, int64_t depth, bool first, float* sums);
  void (*forward)(const RecurrentCell& cell, const ForwardTile& tile);
  void (*backward)(const RecurrentCell& cell, const BackwardTile& tile);
  /** One row: gives the loss. */
  float (*softmaxLoss)(const float* logits, int64_t classes, int64_t label, float* gradients);
};

extern const VectorLoops loops8;
extern const VectorLoops loops16;

/** For this processor. */
const VectorLoops& vectorLoops();
