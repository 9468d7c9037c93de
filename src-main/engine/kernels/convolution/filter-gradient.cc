#include <algorithm>
#include <vector>

#include "columns.h"
#include "filter-tiles.h"
#include "kernels.h"
#include "scratch.h"
#include "turn-matrix.h"

// For one row of the kernel, the gradient is a product of matrices: of the output's gradient, turned, [filters, pixels], and of what
// lies under the kernel's row, [pixels, kernelWidth * depth]. In an image with its padding the latter is there without a copy: pixels
// side by side are next to one another in memory. The product is made of tiles that stay in registers while the pixels go by.
//
// Where rows of the kernel move down by one, there are fewer such products than pairs of rows: by Winograd's minimal filtering, whose
// rows of pixels and gradients are sums of those of a band of rows. The rows of the kernel are then sums of the products.

namespace {

/** Output pixels that a part sums up at the least, where there are so many for all threads. */
constexpr int64_t pixelsOfPart = 4096;
/** Floats that all sums take at the most, if one share of the batch does not take more: 128 MiB. */
constexpr int64_t mostSums = 32 * 1024 * 1024;

struct Span {
  int64_t first, end;
};

/** Output pixels of a row under which one of the kernel columns [first, last] is inside the image. */
Span insideAcross(const Convolution& c, int64_t first, int64_t last) {
  const int64_t begin = std::clamp<int64_t>(ceilDivide(c.left - last, c.strideWidth), 0, c.outWidth);
  return {begin, std::clamp<int64_t>(ceilDivide(c.width + c.left - first, c.strideWidth), begin, c.outWidth)};
}

struct Plan {
  explicit Plan(const Convolution& c)
      : scheme(c.strideHeight == 1 && c.kernelHeight <= mostTaps ? c.kernelHeight : 1),
        kernelRows(c.kernelHeight / scheme.taps),
        bandsOfImage(ceilDivide(c.outHeight, scheme.outputs)),
        columns(c.kernelWidth * c.depth),
        tilesAcross(ceilDivide(columns, tiles.columns)),
        tilesDown(ceilDivide(c.filters, tiles.rows)),
        tileRows(ceilDivide(c.filters, tilesDown)),
        tileSize(tileRows * tiles.columns),
        sumsOfProduct(tilesAcross * tilesDown * tileSize),
        products(kernelRows * scheme.products),
        sums(products * sumsOfProduct),
        paddedRow(((c.outWidth - 1) * c.strideWidth + c.kernelWidth) * c.depth),
        bandsAtOnce(std::max<int64_t>(1, tiles.pixelsAtOnce / c.outWidth)) {
    for (int64_t column = 0; column < columns; column += tiles.columns) {
      const int64_t last = std::min(column + tiles.columns, columns) - 1;
      across.push_back(insideAcross(c, column / c.depth, last / c.depth));
    }
  }

  const FilterTiles& tiles = filterTiles();
  /** Of all rows of the kernel, or of each of its `kernelRows` by itself. */
  const ColumnScheme scheme;
  const int64_t kernelRows;
  /** Rows of output pixels that a scheme takes together. */
  const int64_t bandsOfImage;
  const int64_t columns, tilesAcross, tilesDown, tileRows, tileSize;
  /** Floats of a product: [tilesAcross][tilesDown][tileRows][tiles.columns]. */
  const int64_t sumsOfProduct;
  /** [kernelRows][products of the scheme], and the floats of all of them. */
  const int64_t products, sums;
  /** Floats of a row of an image with its padding. */
  const int64_t paddedRow;
  const int64_t bandsAtOnce;
  /** By tile of columns, the output pixels of a row that have more than padding under one of its kernel columns. */
  std::vector<Span> across;
};

struct Sums;
struct Rows;

/** Some products of some images of a batch. */
class Part {
 public:
  /** @param sums of all products */
  Part(const Convolution& c, const Plan& plan, const float* images, const float* gradients, float* sums)
      : c(c), plan(plan), images(images), gradients(gradients), sums(sums) {
    // More for the last tile, which reads past the last column.
    const int64_t ofPadded = plan.bandsAtOnce * plan.paddedRow + plan.tiles.columns;
    padded = scratch<Rows>(ofPadded + plan.bandsAtOnce * gradientRow);
    arrived = padded + ofPadded;
    std::fill_n(padded, ofPadded, 0.0f);
  }

  /** Sums up images [firstImage, endImage), of products [firstProduct, endProduct). */
  void sumUp(int64_t firstImage, int64_t endImage, int64_t firstProduct, int64_t endProduct) {
    std::fill(sums + firstProduct * plan.sumsOfProduct, sums + endProduct * plan.sumsOfProduct, 0.0f);
    const int64_t last = endImage * plan.bandsOfImage;
    for (int64_t band = firstImage * plan.bandsOfImage; band < last; band += plan.bandsAtOnce)
      for (int64_t product = firstProduct; product < endProduct; product++) {
        layRows(band, std::min(last, band + plan.bandsAtOnce), product / plan.scheme.products,
                product % plan.scheme.products);
        addRows(sums + product * plan.sumsOfProduct);
      }
  }

 private:
  const Convolution& c;
  const Plan& plan;
  const float *const images, *const gradients;
  float* const sums;
  const int64_t imageRow = c.width * c.depth, gradientRow = c.outWidth * c.filters;
  /** [bandsAtOnce][paddedRow], of which the padding stays zero, and [bandsAtOnce][gradientRow]. */
  float *padded, *arrived;
  std::vector<PixelRow> rows;

  /** Adds up rows of pixels and gradients of each band, as a product takes them; leaves out those that are all padding. */
  void layRows(int64_t first, int64_t end, int64_t kernelRow, int64_t product) {
    const ColumnScheme& scheme = plan.scheme;
    const int64_t copied = std::min(imageRow, plan.paddedRow - c.left * c.depth);
    const bool isPadded = c.left > 0 || plan.paddedRow > imageRow;
    const float* const lastRow = images + c.batch * c.height * imageRow - plan.paddedRow - plan.tiles.columns;
    rows.clear();
    for (int64_t band = first; band < end; band++) {
      const int64_t image = band / plan.bandsOfImage, top = band % plan.bandsOfImage * scheme.outputs;
      RowSum pixels, results;
      for (int64_t row = 0; row < scheme.rows; row++) {
        const int64_t y = top * c.strideHeight + kernelRow - c.top + row;
        if (y >= 0 && y < c.height)
          pixels.add(images + (image * c.height + y) * imageRow, scheme.ofImage[product * scheme.rows + row]);
      }
      for (int64_t row = 0; row < std::min(scheme.outputs, c.outHeight - top); row++)
        results.add(gradients + (image * c.outHeight + top + row) * gradientRow,
                    scheme.toResult[product * scheme.outputs + row]);
      if (pixels.isEmpty() || results.isEmpty()) continue;
      const int64_t i = rows.size();
      PixelRow row{padded + i * plan.paddedRow, results.onlyRow()};
      if (row.gradient == nullptr) {
        results.write(gradientRow, arrived + i * gradientRow);
        row.gradient = arrived + i * gradientRow;
      }
      // The last tile reads past the last column, which must not be past the last image.
      if (const float* const only = pixels.onlyRow(); only != nullptr && !isPadded && only <= lastRow)
        row.image = only;
      else
        pixels.write(copied, padded + i * plan.paddedRow + c.left * c.depth);
      rows.push_back(row);
    }
  }

  /** Adds the product of those rows. */
  void addRows(float* tile) const {
    const int64_t tileRows = plan.tileRows, tileColumns = plan.tiles.columns;
    const PixelStrides strides{c.strideWidth * c.depth, c.filters};
    for (int64_t column = 0; column < plan.columns; column += tileColumns) {
      const AddFilterTile* const ofWidth = plan.tiles.add[plan.columns - column > tileColumns / 2 ? 1 : 0];
      const auto [left, right] = plan.across[column / tileColumns];
      for (int64_t filter = 0; filter < c.filters; filter += tileRows, tile += plan.tileSize)
        ofWidth[std::min(tileRows, c.filters - filter) - 1](rows.data(), rows.size(), right - left, strides,
                                                            column + left * strides.image,
                                                            filter + left * strides.gradient, tile);
    }
  }
};

}  // namespace

void filterGradient(const Convolution& c, const float* images, const float* gradients, float* result) {
  const Plan plan(c);
  const ColumnScheme& scheme = plan.scheme;
  // Each part sums up some of the images by itself; then the sums of all parts are added in their order. Threads that come late or are
  // held up cost less where there are more parts, as many as pay for their sums. Where these would take too much memory, parts are of
  // fewer products instead.
  const int64_t ofThread = std::clamp<int64_t>(c.batch * c.outHeight * c.outWidth / pixelsOfPart / threadCount(), 1, 4);
  const int64_t wanted = std::max<int64_t>(1, std::min(threadCount() * ofThread, c.batch));
  const int64_t shares = std::clamp<int64_t>(mostSums / plan.sums, 1, wanted);
  const int64_t groups = std::min(plan.products, ceilDivide(wanted, shares));
  float* const sums = scratch<Sums>(plan.sums * shares);
  inParallel(shares * groups, [&](int64_t part) {
    const int64_t share = part / groups, group = part % groups;
    Part(c, plan, images, gradients, sums + plan.sums * share)
        .sumUp(c.batch * share / shares, c.batch * (share + 1) / shares, plan.products * group / groups,
               plan.products * (group + 1) / groups);
  });
  const int64_t tileColumns = plan.tiles.columns, ofStrip = plan.tilesDown * plan.tileSize;
  inParallel(plan.kernelRows * plan.tilesAcross, [&](int64_t strip) {
    const int64_t kernelRow = strip / plan.tilesAcross, across = strip % plan.tilesAcross;
    const int64_t first = across * tileColumns, width = std::min(tileColumns, plan.columns - first);
    float* const ofKernelRow = sums + kernelRow * scheme.products * plan.sumsOfProduct + across * ofStrip;
    for (int64_t product = 0; product < scheme.products; product++) {
      float* const total = ofKernelRow + product * plan.sumsOfProduct;
      for (int64_t share = 1; share < shares; share++)
        for (int64_t i = 0; i < ofStrip; i++) total[i] += total[plan.sums * share + i];
    }
    float* const finished = scratch<Rows>(ofStrip);
    for (int64_t tap = 0; tap < scheme.taps; tap++) {
      RowSum sum;
      for (int64_t product = 0; product < scheme.products; product++)
        sum.add(ofKernelRow + product * plan.sumsOfProduct, scheme.ofFilter[product * scheme.taps + tap]);
      sum.write(ofStrip, finished);
      float* const out = result + ((kernelRow + tap) * plan.columns + first) * c.filters;
      // The rows of all tiles of a strip follow one another.
      turnMatrix(finished, tileColumns, c.filters, width, out, c.filters);
    }
  });
}
