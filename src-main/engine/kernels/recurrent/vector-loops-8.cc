#include <cmath>

#include "kernels.h"
#include "vector-loops.h"

namespace {

#define LANES 8
#define TARGET AVX2
#include "vector-loops-text.h"

/** Twelve registers of sums, one for a factor and one for the other. */
constexpr void (*multiply[])(const float*, const float*, int64_t, bool, float*) = {
    multiplyTile<1>, multiplyTile<2>, multiplyTile<3>, multiplyTile<4>,  multiplyTile<5>,  multiplyTile<6>,
    multiplyTile<7>, multiplyTile<8>, multiplyTile<9>, multiplyTile<10>, multiplyTile<11>, multiplyTile<12>};

}  // namespace

const VectorLoops loops8 = {LANES, 12, multiply, forwardTile, backwardTile, softmaxLossRow};
