#pragma once

#include <cstdint>

// The innermost loops of a convolution whose vectors hold pixels, for processors with AVX-512.

/** Floats of a vector. */
constexpr int64_t pixelLanes = 16;
/** Registers for sums: twelve filters by two vectors of pixels, or six by four. */
constexpr int64_t mostTileRows = 12;
constexpr int64_t fewTileRows = 6;

/** What is added to the sums of some filters at some vectors of pixels. */
struct PixelTile {
  /** [channels][plane], of which a row of pixels is rowLength long, and [channels][positions][rows]. */
  const float *pixels, *weights;
  int64_t channels, kernelHeight, kernelWidth, rowLength, plane;
  /** Of the kernel's rows, those with more than padding under them. */
  int64_t firstRow, endRow;
  /** Where the pixels under each vector start, at the first position of the kernel. */
  const int64_t* offsets;
  /** [rows], so far apart, [vectors][lanes]; not read when these channels are the first. */
  float* sums;
  int64_t sumsStride;
  bool first;
};

using AddPixelTile = void (*)(const PixelTile&);

/**
 * The loop for so many filters (at most `mostTileRows`) and vectors: one or two, or four of at most `fewTileRows` filters.
 * @param halves a vector holds eight pixels of a row and eight of the next
 */
AddPixelTile addPixelTile(int64_t rows, int64_t vectors, bool halves);

/** Writes a matrix [rows, columns], of which rows are `stride` apart, as [columns, rows] with `turnedStride`. */
void turnMatrix(const float* from, int64_t stride, int64_t rows, int64_t columns, float* to, int64_t turnedStride);
