#include <cmath>

#include "kernels.h"
#include "vector-loops.h"

namespace {

#define LANES 16
#define TARGET AVX512
#include "vector-loops-text.h"

/** Twenty-four registers of sums. */
constexpr void (*multiply[])(const float*, const float*, int64_t, bool, float*) = {
    multiplyTile<1>,  multiplyTile<2>,  multiplyTile<3>,  multiplyTile<4>,  multiplyTile<5>,  multiplyTile<6>,
    multiplyTile<7>,  multiplyTile<8>,  multiplyTile<9>,  multiplyTile<10>, multiplyTile<11>, multiplyTile<12>,
    multiplyTile<13>, multiplyTile<14>, multiplyTile<15>, multiplyTile<16>, multiplyTile<17>, multiplyTile<18>,
    multiplyTile<19>, multiplyTile<20>, multiplyTile<21>, multiplyTile<22>, multiplyTile<23>, multiplyTile<24>};

}  // namespace

const VectorLoops loops16 = {LANES, 24, multiply, forwardTile, backwardTile, softmaxLossRow};
