#pragma once

#include <cstdint>

// The micro-kernel of the direct 1-D convolution along a row: mr filters × nr vectors of pixels, accumulated in registers.

/** Pixels in a vector: one register with AVX-512, two with AVX2. */
constexpr int64_t pixelLanes = 16;

/** One tile: acc[filter][vector] += Σ over channels and kernel columns of filter · input. */
struct ConvTile {
  /** Packed input [channels][channelStride], whose rows are rowStride apart, and packed filter [channels][kernelWidth][mr]. */
  const float *input, *filter;
  int64_t channels, kernelWidth, rowStride, channelStride;
  /** Where each vector's pixels start in a channel, at the first kernel column. */
  const int64_t* offsets;
  /** [mr][vectors][pixelLanes] with accStride between filters; overwritten if `first`, else added to. */
  float* acc;
  int64_t accStride;
  bool first;
};

using ConvMicrokernel = void (*)(const ConvTile&);

/**
 * The micro-kernels of an instruction set. Each table is indexed by whether a vector holds halves of two rows, then by mr − 1.
 */
struct ConvMicrokernels {
  /** The largest tile. */
  int64_t mr, nr;
  const ConvMicrokernel* wholeTile[2];
  /** Fewer filters, more vectors: for convolutions with few filters. */
  int64_t smallMr, smallNr;
  const ConvMicrokernel* smallTile[2];
  /** mr filters by a single vector: for the tail. */
  const ConvMicrokernel* oneVector[2];
};

/** Those of this CPU. */
const ConvMicrokernels& convMicrokernels();
