#include "convolution.h"

#include <immintrin.h>

#include <algorithm>
#include <cmath>

namespace {

/** The finite interpolation points: small, with exact inverses. F(m, r) takes the first m + r − 2. */
constexpr double points[] = {0, 1, -1, 0.5, -2, 2, -0.5};

/** Terms that one pass over the output adds. */
constexpr int64_t termsPerPass = 8;

/** One pass of LinearCombination::evaluate. */
struct Pass {
  /** Adds to `out`, else overwrites it. */
  bool accumulate;
  const float *const *rows, *coefficients;
  int64_t count, planes, planeStride, outStride;
  float* out;
};

template <int count>
struct Terms {
  explicit Terms(const Pass& pass) {
    for (int t = 0; t < count; t++) {
      rows[t] = pass.rows[t];
      coefficients[t] = pass.coefficients[t];
    }
  }
  const float* rows[count];
  float coefficients[count];
};

template <int terms>
AVX2 void addTermsAvx2(const Pass& pass) {
  Terms<terms> x(pass);
  float* out = pass.out;
  for (int64_t plane = 0; plane < pass.planes; plane++, out += pass.outStride) {
#pragma GCC ivdep
    for (int64_t i = 0; i < pass.count; i++) {
      float acc = pass.accumulate ? out[i] : 0.0f;
#pragma GCC unroll 8
      for (int t = 0; t < terms; t++) acc += x.coefficients[t] * x.rows[t][i];
      out[i] = acc;
    }
    for (int t = 0; t < terms; t++) x.rows[t] += pass.planeStride;
  }
}

/** Masks the tail: rows are often as short as one register. */
template <int terms>
AVX512 void addTermsAvx512(const Pass& pass) {
  Terms<terms> x(pass);
  float* out = pass.out;
  const auto tailMask = static_cast<__mmask16>((1u << pass.count % 16) - 1);
  const int64_t tail = pass.count - pass.count % 16;
  for (int64_t plane = 0; plane < pass.planes; plane++, out += pass.outStride) {
    for (int64_t i = 0; i < tail; i += 16) {
      __m512 acc = pass.accumulate ? _mm512_loadu_ps(out + i) : _mm512_setzero_ps();
#pragma GCC unroll 8
      for (int t = 0; t < terms; t++)
        acc = _mm512_fmadd_ps(_mm512_set1_ps(x.coefficients[t]), _mm512_loadu_ps(x.rows[t] + i), acc);
      _mm512_storeu_ps(out + i, acc);
    }
    if (tailMask != 0) {
      __m512 acc = pass.accumulate ? _mm512_maskz_loadu_ps(tailMask, out + tail) : _mm512_setzero_ps();
#pragma GCC unroll 8
      for (int t = 0; t < terms; t++)
        acc =
            _mm512_fmadd_ps(_mm512_set1_ps(x.coefficients[t]), _mm512_maskz_loadu_ps(tailMask, x.rows[t] + tail), acc);
      _mm512_mask_storeu_ps(out + tail, tailMask, acc);
    }
#pragma GCC unroll 8
    for (int t = 0; t < terms; t++) x.rows[t] += pass.planeStride;
  }
}

using AddTerms = void (*)(const Pass&);
/** Indexed by terms − 1. */
constexpr AddTerms addTerms8[termsPerPass] = {addTermsAvx2<1>, addTermsAvx2<2>, addTermsAvx2<3>, addTermsAvx2<4>,
                                              addTermsAvx2<5>, addTermsAvx2<6>, addTermsAvx2<7>, addTermsAvx2<8>};
constexpr AddTerms addTerms16[termsPerPass] = {addTermsAvx512<1>, addTermsAvx512<2>, addTermsAvx512<3>,
                                               addTermsAvx512<4>, addTermsAvx512<5>, addTermsAvx512<6>,
                                               addTermsAvx512<7>, addTermsAvx512<8>};

}  // namespace

WinogradTransform::WinogradTransform(int64_t r) : r(r), m(r == 1 ? 1 : winogradOutputs), inputs(m + r - 1) {
  const int64_t filters = ceilDiv(r, winogradTaps);
  for (int64_t filter = 0; filter < filters; filter++) {
    const int64_t first = r * filter / filters;
    addFilter(first, r * (filter + 1) / filters - first);
  }
}

/** Toom-Cook: polynomials are multiplied by their values at the points; Lagrange interpolation recovers the coefficients. */
void WinogradTransform::addFilter(int64_t first, int64_t count) {
  const int64_t finite = m + count - 2;
  for (int64_t i = 0; i <= finite; i++) {
    const bool atInfinity = i == finite;
    // The coefficients of Π (x − points[j]) over all j ≠ i.
    std::vector<double> coefficients(finite + 1, 0.0);
    coefficients[0] = 1;
    double divisor = 1;
    for (int64_t j = 0; j < finite; j++) {
      if (j == i) continue;
      for (int64_t k = finite; k >= 0; k--)
        coefficients[k] = (k > 0 ? coefficients[k - 1] : 0.0) - points[j] * coefficients[k];
      if (!atInfinity) divisor *= points[i] - points[j];
    }
    const auto power = [&](int64_t k, int64_t last) {
      return atInfinity ? (k == last ? 1.0 : 0.0) : std::pow(points[i], static_cast<double>(k));
    };
    for (int64_t input = 0; input < inputs; input++)
      inputTransform.push_back(input >= first && input <= first + finite ? coefficients[input - first] : 0.0);
    for (int64_t tap = 0; tap < r; tap++) {
      const int64_t k = tap - first;
      filterTransform.push_back(k >= 0 && k < count ? power(k, count - 1) / divisor : 0.0);
    }
    for (int64_t output = 0; output < m; output++) outputTransform.push_back(power(output, m - 1));
    alpha++;
  }
}

void LinearCombination::evaluate(int64_t count, float* out, int64_t planes, int64_t planeStride,
                                 int64_t outStride) const {
  if (terms == 0)
    for (int64_t plane = 0; plane < planes; plane++) std::fill_n(out + plane * outStride, count, 0.0f);
  const AddTerms* const addTerms = useAvx512() ? addTerms16 : addTerms8;
  for (int64_t first = 0; first < terms; first += termsPerPass)
    addTerms[std::min(termsPerPass, terms - first) - 1](
        {first > 0, rows + first, coefficients + first, count, planes, planeStride, outStride, out});
}
