#include <cmath>

#include "kernels.h"
#include "simd-kernels.h"

namespace {

#define LANES 16
#define TARGET AVX512
#include "simd-kernels-impl.h"

/** At most 24 × 16: 24 accumulators. */
constexpr void (*gemm[])(const float*, const float*, int64_t, bool, float*) = {
    gemmTile<1>,  gemmTile<2>,  gemmTile<3>,  gemmTile<4>,  gemmTile<5>,  gemmTile<6>,  gemmTile<7>,  gemmTile<8>,
    gemmTile<9>,  gemmTile<10>, gemmTile<11>, gemmTile<12>, gemmTile<13>, gemmTile<14>, gemmTile<15>, gemmTile<16>,
    gemmTile<17>, gemmTile<18>, gemmTile<19>, gemmTile<20>, gemmTile<21>, gemmTile<22>, gemmTile<23>, gemmTile<24>};

}  // namespace

const SimdKernels simdKernelsAvx512 = {LANES, 24, gemm, forwardTile, backwardTile, softmaxLossRow};
