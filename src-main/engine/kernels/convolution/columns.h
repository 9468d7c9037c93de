#pragma once

#include <cstdint>
#include <vector>

// Winograd's minimal filtering along the columns of images (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016).
// A column of r weights that slides over pixels gives m results by m · r products, or by m + r - 1: weights and pixels are made values
// of polynomials at so many points, where one product each is enough. With rows of pixels in place of pixels, and convolutions along
// them in place of products, it serves kernels of any width.

/**
 * result o = Σ over products p of toResult[p][o] · (Σ ofFilter[p][t] · weight t) · (Σ ofImage[p][r] · pixel r). Transposed it gives the
 * gradient of weight t: Σ over p of ofFilter[p][t] · (Σ toResult[p][o] · gradient o) · (Σ ofImage[p][r] · pixel r).
 */
struct ColumnScheme {
  /** For a kernel of so many rows, at most `mostTaps`. Each point costs digits, so up to five rows are taken together; one row alone as it is. */
  explicit ColumnScheme(int64_t taps);

  int64_t taps, outputs, rows, products = 0;
  /** [products][rows], [products][taps], [products][outputs]. */
  std::vector<float> ofImage, ofFilter, toResult;

 private:
  void addProducts(int64_t firstTap, int64_t count);
};

constexpr int64_t mostTaps = 20;
constexpr int64_t mostProducts = 32;

/** Rows that are added up, each with a factor; those that count for nothing are left out. */
class RowSum {
 public:
  void add(const float* row, float factor) {
    if (factor == 0.0f) return;
    rows[terms] = row;
    factors[terms++] = factor;
  }
  bool isEmpty() const { return terms == 0; }
  /** The row that the sum is, if it is one; null otherwise. */
  const float* onlyRow() const { return terms == 1 && factors[0] == 1.0f ? rows[0] : nullptr; }
  /** Writes the sum of `count` values, and of that many in each further plane. */
  void write(int64_t count, float* to, int64_t planes = 1, int64_t planeStride = 0, int64_t toStride = 0) const;

 private:
  int64_t terms = 0;
  const float* rows[mostProducts];
  float factors[mostProducts];
};
