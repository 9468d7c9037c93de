#include "simd-kernels.h"

#include <cmath>

#include "kernels.h"

namespace {

namespace avx2 {

#define LANES 8
#define TARGET AVX2
#include "simd-kernels-impl.h"

/** At most 12 × 8: 12 accumulators, one register for each operand. */
constexpr void (*gemm[])(const float*, const float*, int64_t, bool, float*) = {
    gemmTile<1>, gemmTile<2>, gemmTile<3>, gemmTile<4>,  gemmTile<5>,  gemmTile<6>,
    gemmTile<7>, gemmTile<8>, gemmTile<9>, gemmTile<10>, gemmTile<11>, gemmTile<12>};

const SimdKernels kernels = {LANES, 12, gemm, forwardTile, backwardTile, softmaxLossRow};

#undef LANES
#undef TARGET

}  // namespace avx2

namespace avx512 {

#define LANES 16
#define TARGET AVX512
#include "simd-kernels-impl.h"

/** At most 24 × 16: 24 accumulators. */
constexpr void (*gemm[])(const float*, const float*, int64_t, bool, float*) = {
    gemmTile<1>,  gemmTile<2>,  gemmTile<3>,  gemmTile<4>,  gemmTile<5>,  gemmTile<6>,  gemmTile<7>,  gemmTile<8>,
    gemmTile<9>,  gemmTile<10>, gemmTile<11>, gemmTile<12>, gemmTile<13>, gemmTile<14>, gemmTile<15>, gemmTile<16>,
    gemmTile<17>, gemmTile<18>, gemmTile<19>, gemmTile<20>, gemmTile<21>, gemmTile<22>, gemmTile<23>, gemmTile<24>};

const SimdKernels kernels = {LANES, 24, gemm, forwardTile, backwardTile, softmaxLossRow};

}  // namespace avx512

}  // namespace

const SimdKernels& simdKernels() { return useAvx512() ? avx512::kernels : avx2::kernels; }
