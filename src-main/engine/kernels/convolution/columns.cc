#include "columns.h"

#include <immintrin.h>

#include <algorithm>
#include <cmath>

#include "kernels.h"

namespace {

/** Results that are made together. */
constexpr int64_t outputsTogether = 4;
/** Rows of a kernel that are taken together: with more points, of larger powers, more digits would be lost. */
constexpr int64_t tapsTogether = 5;
/** The points beside infinity: small, with inverses that are exact. Those of fewer products are the first of them. */
constexpr double points[] = {0, 1, -1, 0.5, -2, 2, -0.5};

/** Terms of a sum that are added up at once, from registers. */
constexpr int64_t termsAtOnce = 8;

/** Rows, or to `to` where these are more of a sum that is begun, in some planes. */
struct Sum {
  bool begun;
  const float *const *rows, *factors;
  int64_t count, planes, planeStride, toStride;
  float* to;
};

template <int terms>
struct Terms {
  explicit Terms(const Sum& sum) {
    for (int t = 0; t < terms; t++) {
      rows[t] = sum.rows[t];
      factors[t] = sum.factors[t];
    }
  }
  const float* rows[terms];
  float factors[terms];
};

template <int terms>
AVX2 void addUp8(const Sum& sum) {
  Terms<terms> of(sum);
  float* to = sum.to;
  for (int64_t plane = 0; plane < sum.planes; plane++, to += sum.toStride) {
#pragma GCC ivdep
    for (int64_t i = 0; i < sum.count; i++) {
      float value = sum.begun ? to[i] : 0.0f;
#pragma GCC unroll 8
      for (int t = 0; t < terms; t++) value += of.factors[t] * of.rows[t][i];
      to[i] = value;
    }
    for (int t = 0; t < terms; t++) of.rows[t] += sum.planeStride;
  }
}

/** Rows are often as short as a vector. */
template <int terms>
AVX512 void addUp16(const Sum& sum) {
  Terms<terms> of(sum);
  float* to = sum.to;
  const auto last = static_cast<__mmask16>((1u << sum.count % 16) - 1);
  const int64_t full = sum.count - sum.count % 16;
  for (int64_t plane = 0; plane < sum.planes; plane++, to += sum.toStride) {
    for (int64_t i = 0; i < full; i += 16) {
      __m512 value = sum.begun ? _mm512_loadu_ps(to + i) : _mm512_setzero_ps();
#pragma GCC unroll 8
      for (int t = 0; t < terms; t++)
        value = _mm512_fmadd_ps(_mm512_set1_ps(of.factors[t]), _mm512_loadu_ps(of.rows[t] + i), value);
      _mm512_storeu_ps(to + i, value);
    }
    if (last != 0) {
      __m512 value = sum.begun ? _mm512_maskz_loadu_ps(last, to + full) : _mm512_setzero_ps();
#pragma GCC unroll 8
      for (int t = 0; t < terms; t++)
        value = _mm512_fmadd_ps(_mm512_set1_ps(of.factors[t]), _mm512_maskz_loadu_ps(last, of.rows[t] + full), value);
      _mm512_mask_storeu_ps(to + full, last, value);
    }
#pragma GCC unroll 8
    for (int t = 0; t < terms; t++) of.rows[t] += sum.planeStride;
  }
}

using AddUp = void (*)(const Sum&);
/** By terms - 1. */
constexpr AddUp sums8[termsAtOnce] = {addUp8<1>, addUp8<2>, addUp8<3>, addUp8<4>,
                                      addUp8<5>, addUp8<6>, addUp8<7>, addUp8<8>};
constexpr AddUp sums16[termsAtOnce] = {addUp16<1>, addUp16<2>, addUp16<3>, addUp16<4>,
                                       addUp16<5>, addUp16<6>, addUp16<7>, addUp16<8>};

}  // namespace

ColumnScheme::ColumnScheme(int64_t taps)
    : taps(taps), outputs(taps == 1 ? 1 : outputsTogether), rows(outputs + taps - 1) {
  const int64_t parts = ceilDivide(taps, tapsTogether);
  for (int64_t part = 0; part < parts; part++) {
    const int64_t first = taps * part / parts;
    addProducts(first, taps * (part + 1) / parts - first);
  }
}

/** Those of some taps: polynomials are multiplied by their values at the points, and told from these by Lagrange's interpolation. */
void ColumnScheme::addProducts(int64_t firstTap, int64_t count) {
  const int64_t finite = outputs + count - 2;
  for (int64_t i = 0; i <= finite; i++) {
    const bool atInfinity = i == finite;
    // Of the product of (x - point) over all points but this one.
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
    for (int64_t row = 0; row < rows; row++)
      ofImage.push_back(row >= firstTap && row <= firstTap + finite ? coefficients[row - firstTap] : 0.0);
    for (int64_t tap = 0; tap < taps; tap++) {
      const int64_t k = tap - firstTap;
      ofFilter.push_back(k >= 0 && k < count ? power(k, count - 1) / divisor : 0.0);
    }
    for (int64_t o = 0; o < outputs; o++) toResult.push_back(power(o, outputs - 1));
    products++;
  }
}

void RowSum::write(int64_t count, float* to, int64_t planes, int64_t planeStride, int64_t toStride) const {
  if (terms == 0)
    for (int64_t plane = 0; plane < planes; plane++) std::fill_n(to + plane * toStride, count, 0.0f);
  const AddUp* const sums = hasAvx512() ? sums16 : sums8;
  for (int64_t first = 0; first < terms; first += termsAtOnce)
    sums[std::min(termsAtOnce, terms - first) - 1](
        {first > 0, rows + first, factors + first, count, planes, planeStride, toStride, to});
}
