#include <algorithm>
#include <vector>

#include "convolution.h"
#include "kernels.h"

// The filter gradient as GEMM. For one kernel row it is dyᵀ [outChannels, pixels] times the im2col matrix of that row
// [pixels, kernelWidth · inChannels]. In a padded NHWC row im2col needs no copy: neighbouring pixels are contiguous. Accumulators
// stay in registers while the pixels go by.
//
// With vertical stride 1 all kernel rows are computed together by Winograd F(4, r) transposed: one GEMM per point of the transform
// domain, of transformed rows of images and dy, then the transposed filter transform.

namespace {

/** The fewest output pixels that are worth a partial sum of their own. */
constexpr int64_t pixelsPerPart = 4096;
/** The most floats of all partial sums together, unless one alone takes more: 128 MiB. */
constexpr int64_t maxAccumulators = 32 * 1024 * 1024;

struct Span {
  int64_t begin, end;
};

/** The output pixels of a row at which one of the kernel columns [first, last] is inside the image. */
Span pixelsInside(const ConvParams& p, int64_t first, int64_t last) {
  const int64_t begin = std::clamp<int64_t>(ceilDiv(p.padLeft - last, p.strideWidth), 0, p.outWidth);
  return {begin, std::clamp<int64_t>(ceilDiv(p.inWidth + p.padLeft - first, p.strideWidth), begin, p.outWidth)};
}

/** Tile sizes, blocking and the layout of the accumulators. */
struct Plan {
  explicit Plan(const ConvParams& p)
      : winograd(p.strideHeight == 1 && p.kernelHeight <= maxKernelRows ? p.kernelHeight : 1),
        kernelRows(p.kernelHeight / winograd.r),
        bandsPerImage(ceilDiv(p.outHeight, winograd.m)),
        columns(p.kernelWidth * p.inChannels),
        columnTiles(ceilDiv(columns, micro.nr)),
        filterTiles(ceilDiv(p.outChannels, micro.mr)),
        mr(ceilDiv(p.outChannels, filterTiles)),
        tileSize(mr * micro.nr),
        productSize(columnTiles * filterTiles * tileSize),
        products(kernelRows * winograd.alpha),
        accSize(products * productSize),
        paddedRow(((p.outWidth - 1) * p.strideWidth + p.kernelWidth) * p.inChannels),
        bandBlock(std::max<int64_t>(1, micro.pixelBlock / p.outWidth)) {
    for (int64_t column = 0; column < columns; column += micro.nr) {
      const int64_t last = std::min(column + micro.nr, columns) - 1;
      inside.push_back(pixelsInside(p, column / p.inChannels, last / p.inChannels));
    }
  }

  const FilterMicrokernels& micro = filterMicrokernels();
  /** Over all kernel rows, or F(1, 1) for each of `kernelRows`. */
  const WinogradTransform winograd;
  const int64_t kernelRows;
  /** A band is a Winograd tile: m output rows of an image. */
  const int64_t bandsPerImage;
  /** Columns of the im2col matrix, tiles of them and of the output channels, and the output channels of a tile. */
  const int64_t columns, columnTiles, filterTiles, mr, tileSize;
  /** Accumulators of a GEMM: [columnTiles][filterTiles][mr][micro.nr]. */
  const int64_t productSize;
  /** GEMMs, [kernelRows][alpha], and the accumulators of all. */
  const int64_t products, accSize;
  /** Floats of a padded row of an image. */
  const int64_t paddedRow;
  /** Bands per pass of the GEMM. */
  const int64_t bandBlock;
  /** By tile of columns: the output pixels where its kernel columns do not lie in the padding alone. */
  std::vector<Span> inside;
};

struct Accumulators;
struct TransformedRows;

/** The partial sums of some images. */
class PartialSum {
 public:
  /** @param acc [products][productSize] */
  PartialSum(const ConvParams& p, const Plan& plan, const float* images, const float* dy, float* acc)
      : p(p), plan(plan), images(images), dy(dy), acc(acc) {
    // The last tile reads beyond the last column.
    const int64_t inputSize = plan.bandBlock * plan.paddedRow + plan.micro.nr;
    input = scratch<TransformedRows>(inputSize + plan.bandBlock * gradientRow);
    gradient = input + inputSize;
    std::fill_n(input, inputSize, 0.0f);
  }

  /** Computes the products [firstProduct, endProduct) of the images [firstImage, endImage). */
  void accumulate(int64_t firstImage, int64_t endImage, int64_t firstProduct, int64_t endProduct) {
    std::fill(acc + firstProduct * plan.productSize, acc + endProduct * plan.productSize, 0.0f);
    const int64_t endBand = endImage * plan.bandsPerImage;
    for (int64_t band = firstImage * plan.bandsPerImage; band < endBand; band += plan.bandBlock)
      for (int64_t product = firstProduct; product < endProduct; product++) {
        transformRows(band, std::min(endBand, band + plan.bandBlock), product / plan.winograd.alpha,
                      product % plan.winograd.alpha);
        multiply(acc + product * plan.productSize);
      }
  }

 private:
  const ConvParams& p;
  const Plan& plan;
  const float *const images, *const dy;
  float* const acc;
  const int64_t imageRow = p.inWidth * p.inChannels, gradientRow = p.outWidth * p.outChannels;
  /** [bandBlock][paddedRow], whose padding stays zero, and [bandBlock][gradientRow]. */
  float *input, *gradient;
  std::vector<PixelRow> rows;

  /** Transforms the rows of images and dy of bands [first, end) to a point; skips bands that are all padding. */
  void transformRows(int64_t first, int64_t end, int64_t kernelRow, int64_t point) {
    const WinogradTransform& winograd = plan.winograd;
    const int64_t copied = std::min(imageRow, plan.paddedRow - p.padLeft * p.inChannels);
    const bool isPadded = p.padLeft > 0 || plan.paddedRow > imageRow;
    const float* const lastRow = images + p.batch * p.inHeight * imageRow - plan.paddedRow - plan.micro.nr;
    rows.clear();
    for (int64_t band = first; band < end; band++) {
      const int64_t image = band / plan.bandsPerImage, top = band % plan.bandsPerImage * winograd.m;
      LinearCombination pixels, gradients;
      for (int64_t i = 0; i < winograd.inputs; i++) {
        const int64_t y = top * p.strideHeight + kernelRow - p.padTop + i;
        if (y >= 0 && y < p.inHeight)
          pixels.add(images + (image * p.inHeight + y) * imageRow,
                     winograd.inputTransform[point * winograd.inputs + i]);
      }
      for (int64_t o = 0; o < std::min(winograd.m, p.outHeight - top); o++)
        gradients.add(dy + (image * p.outHeight + top + o) * gradientRow,
                      winograd.outputTransform[point * winograd.m + o]);
      if (pixels.isEmpty() || gradients.isEmpty()) continue;
      const int64_t i = rows.size();
      PixelRow row{input + i * plan.paddedRow, gradients.singleRow()};
      if (row.gradient == nullptr) {
        gradients.evaluate(gradientRow, gradient + i * gradientRow);
        row.gradient = gradient + i * gradientRow;
      }
      // Read in place, unless the last tile would read beyond the images.
      if (const float* const single = pixels.singleRow(); single != nullptr && !isPadded && single <= lastRow)
        row.image = single;
      else
        pixels.evaluate(copied, input + i * plan.paddedRow + p.padLeft * p.inChannels);
      rows.push_back(row);
    }
  }

  /** Adds the GEMM of the transformed rows to a product. */
  void multiply(float* tile) const {
    const int64_t mr = plan.mr, nr = plan.micro.nr;
    const PixelStrides strides{p.strideWidth * p.inChannels, p.outChannels};
    for (int64_t column = 0; column < plan.columns; column += nr) {
      const FilterMicrokernel* const kernels = plan.micro.kernels[plan.columns - column > nr / 2 ? 1 : 0];
      const auto [begin, end] = plan.inside[column / nr];
      for (int64_t filter = 0; filter < p.outChannels; filter += mr, tile += plan.tileSize)
        kernels[std::min(mr, p.outChannels - filter) - 1](rows.data(), rows.size(), end - begin, strides,
                                                          column + begin * strides.image,
                                                          filter + begin * strides.gradient, tile);
    }
  }
};

}  // namespace

void convBackwardFilter(const ConvParams& p, const float* images, const float* dy, float* dfilter) {
  const Plan plan(p);
  const WinogradTransform& winograd = plan.winograd;
  // Split-K: partial sums over shares of the batch, added in a fixed order. More shares than threads balance the load, as long as
  // each has enough pixels; if their memory exceeds the limit, the products are split instead.
  const int64_t perThread =
      std::clamp<int64_t>(p.batch * p.outHeight * p.outWidth / pixelsPerPart / numThreads(), 1, 4);
  const int64_t wanted = std::max<int64_t>(1, std::min(numThreads() * perThread, p.batch));
  const int64_t shares = std::clamp<int64_t>(maxAccumulators / plan.accSize, 1, wanted);
  const int64_t groups = std::min(plan.products, ceilDiv(wanted, shares));
  float* const acc = scratch<Accumulators>(plan.accSize * shares);
  parallelFor(shares * groups, [&](int64_t part) {
    const int64_t share = part / groups, group = part % groups;
    PartialSum(p, plan, images, dy, acc + plan.accSize * share)
        .accumulate(p.batch * share / shares, p.batch * (share + 1) / shares, plan.products * group / groups,
                    plan.products * (group + 1) / groups);
  });
  // Reduce the shares, apply the filter transform, transpose to [columns, outChannels].
  const int64_t nr = plan.micro.nr, stripSize = plan.filterTiles * plan.tileSize;
  parallelFor(plan.kernelRows * plan.columnTiles, [&](int64_t strip) {
    const int64_t kernelRow = strip / plan.columnTiles, columnTile = strip % plan.columnTiles;
    const int64_t first = columnTile * nr, width = std::min(nr, plan.columns - first);
    float* const rowAcc = acc + kernelRow * winograd.alpha * plan.productSize + columnTile * stripSize;
    for (int64_t point = 0; point < winograd.alpha; point++) {
      float* const total = rowAcc + point * plan.productSize;
      for (int64_t share = 1; share < shares; share++)
        for (int64_t i = 0; i < stripSize; i++) total[i] += total[plan.accSize * share + i];
    }
    float* const transformed = scratch<TransformedRows>(stripSize);
    for (int64_t tap = 0; tap < winograd.r; tap++) {
      LinearCombination gradient;
      for (int64_t point = 0; point < winograd.alpha; point++)
        gradient.add(rowAcc + point * plan.productSize, winograd.filterTransform[point * winograd.r + tap]);
      gradient.evaluate(stripSize, transformed);
      // The rows of a strip's tiles are contiguous.
      transpose(transformed, nr, p.outChannels, width,
                dfilter + ((kernelRow + tap) * plan.columns + first) * p.outChannels, p.outChannels);
    }
  });
}
