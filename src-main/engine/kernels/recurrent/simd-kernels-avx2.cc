#include <cmath>

#include "kernels.h"
#include "simd-kernels.h"

namespace {

#define LANES 8
#define TARGET AVX2
#include "simd-kernels-impl.h"

/** At most 12 × 8: 12 accumulators, one register for each operand. */
constexpr void (*gemm[])(const float*, const float*, int64_t, bool, float*) = {
    gemmTile<1>, gemmTile<2>, gemmTile<3>, gemmTile<4>,  gemmTile<5>,  gemmTile<6>,
    gemmTile<7>, gemmTile<8>, gemmTile<9>, gemmTile<10>, gemmTile<11>, gemmTile<12>};

}  // namespace

const SimdKernels simdKernelsAvx2 = {LANES, 12, gemm, forwardTile, backwardTile, softmaxLossRow};
