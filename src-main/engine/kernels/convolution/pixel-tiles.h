#pragma once

#include <cstdint>

// The innermost loops of a convolution whose vectors hold pixels.

/** Floats of a vector: one register with AVX-512, two with AVX2. */
constexpr int64_t pixelLanes = 16;

/** What is added to the sums of some filters at some vectors of pixels. */
struct PixelTile {
  /** [channels][plane], of which a row of pixels is rowLength long, and [channels][kernelWidth][rows]. */
  const float *pixels, *weights;
  int64_t channels, kernelWidth, rowLength, plane;
  /** Where the pixels under each vector start, at the first column of the kernel. */
  const int64_t* offsets;
  /** [rows], so far apart, [vectors][lanes]; not read when these channels are the first. */
  float* sums;
  int64_t sumsStride;
  bool first;
};

using AddPixelTile = void (*)(const PixelTile&);

/** What tiles a processor can hold in its registers; loops by whether a vector is of two rows, then by rows - 1. */
struct PixelTiles {
  /** At most so many filters by so many vectors of pixels. */
  int64_t rows, vectors;
  const AddPixelTile* add[2];
  /** Fewer filters by more vectors. */
  int64_t fewRows, vectorsOfFew;
  const AddPixelTile* addFew[2];
  /** Any filters by one vector. */
  const AddPixelTile* addOne[2];
};

/** For this processor. */
const PixelTiles& pixelTiles();
