#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include "filter-tiles.h"
#include "kernels.h"
#include "pixel-tiles.h"

// For one row of the kernel, the gradient is a product of matrices: of the output's gradient, turned, [filters, pixels], and of what
// lies under the kernel's row, [pixels, kernelWidth * depth]. In an image with its padding the latter is there without a copy: pixels
// side by side are next to one another in memory. The product is made of tiles that stay in registers while the pixels go by.

namespace {

/** Output pixels that a part sums up at the least, where there are so many for all threads. */
constexpr int64_t pixelsOfPart = 4096;

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
      : columns(c.kernelWidth * c.depth),
        tilesAcross(ceilDivide(columns, tiles.columns)),
        tilesDown(ceilDivide(c.filters, tiles.rows)),
        tileRows(ceilDivide(c.filters, tilesDown)),
        tileSize(tileRows * tiles.columns),
        sumsOfKernelRow(tilesAcross * tilesDown * tileSize),
        sums(c.kernelHeight * sumsOfKernelRow),
        paddedWidth((c.outWidth - 1) * c.strideWidth + c.kernelWidth) {
    for (int64_t column = 0; column < columns; column += tiles.columns) {
      const int64_t last = std::min(column + tiles.columns, columns) - 1;
      across.push_back(insideAcross(c, column / c.depth, last / c.depth));
    }
  }

  const FilterTiles& tiles = filterTiles();
  const int64_t columns, tilesAcross, tilesDown, tileRows, tileSize;
  /** Numbers of floats: [tilesAcross][tilesDown][tileRows][tiles.columns], and that for every row of the kernel. */
  const int64_t sumsOfKernelRow, sums;
  const int64_t paddedWidth;
  /** By tile of columns, the output pixels of a row that have more than padding under one of its kernel columns. */
  std::vector<Span> across;
};

/** The images [first, last) of a batch, summed up. */
void addImages(const Convolution& c, const Plan& plan, int64_t first, int64_t last, const float* images,
               const float* gradients, float* sums) {
  const int64_t tileRows = plan.tileRows, tileColumns = plan.tiles.columns, pixelsAtOnce = plan.tiles.pixelsAtOnce;
  const int64_t together = std::clamp<int64_t>(pixelsAtOnce / (c.outHeight * c.outWidth), 1, last - first);
  const int64_t rowsAtOnce = std::max<int64_t>(1, pixelsAtOnce / c.outWidth);
  const int64_t paddedRow = plan.paddedWidth * c.depth;
  // The last tile reads past the last column.
  std::vector<float> padded(together * c.height * paddedRow + tileColumns, 0.0f);
  const size_t copied = sizeof(float) * c.depth * std::min(c.width, plan.paddedWidth - c.left);
  const PixelStrides strides{c.strideWidth * c.depth, c.filters};
  std::vector<PixelRow> rows;
  for (int64_t from = first; from < last; from += together) {
    const int64_t count = std::min(together, last - from);
    for (int64_t row = 0; row < count * c.height; row++)
      std::memcpy(&padded[row * paddedRow + c.left * c.depth], images + (from * c.height + row) * c.width * c.depth, copied);
    for (int64_t kernelRow = 0; kernelRow < c.kernelHeight; kernelRow++) {
      rows.clear();
      for (int64_t image = 0; image < count; image++)
        for (int64_t y = 0; y < c.outHeight; y++) {
          const int64_t under = y * c.strideHeight + kernelRow - c.top;
          if (under >= 0 && under < c.height)
            rows.push_back({&padded[(image * c.height + under) * paddedRow],
                            gradients + ((from + image) * c.outHeight + y) * c.outWidth * c.filters});
        }
      for (int64_t row = 0; row < static_cast<int64_t>(rows.size()); row += rowsAtOnce) {
        const int64_t some = std::min<int64_t>(rowsAtOnce, rows.size() - row);
        float* tile = sums + kernelRow * plan.sumsOfKernelRow;
        for (int64_t column = 0; column < plan.columns; column += tileColumns) {
          const AddFilterTile* const ofWidth = plan.tiles.add[plan.columns - column > tileColumns / 2 ? 1 : 0];
          const auto [left, right] = plan.across[column / tileColumns];
          for (int64_t filter = 0; filter < c.filters; filter += tileRows, tile += plan.tileSize)
            ofWidth[std::min(tileRows, c.filters - filter) - 1](&rows[row], some, right - left, strides,
                                                                column + left * strides.image,
                                                                filter + left * strides.gradient, tile);
        }
      }
    }
  }
}

struct Free {
  void operator()(float* memory) const { std::free(memory); }
};

/** Zeros that start at a cache line. */
std::unique_ptr<float[], Free> zeros(int64_t count) {
  const size_t bytes = sizeof(float) * ceilDivide(count, 16) * 16;
  void* memory = std::aligned_alloc(64, bytes);
  if (memory == nullptr) throw std::bad_alloc();
  std::memset(memory, 0, bytes);
  return std::unique_ptr<float[], Free>(static_cast<float*>(memory));
}

}  // namespace

void filterGradient(const Convolution& c, const float* images, const float* gradients, float* result) {
  const Plan plan(c);
  // Each part sums up some of the images by itself; then the sums of all parts are added in their order. Threads that come late or are
  // held up cost less where there are more parts, as many as pay for their sums.
  const int64_t ofThread = std::clamp<int64_t>(c.batch * c.outHeight * c.outWidth / pixelsOfPart / threadCount(), 1, 4);
  const int64_t parts = std::min(threadCount() * ofThread, c.batch);
  const auto sums = zeros(plan.sums * parts);
  inParallel(parts, [&](int64_t part) {
    addImages(c, plan, c.batch * part / parts, c.batch * (part + 1) / parts, images, gradients, &sums[plan.sums * part]);
  });
  const int64_t tileColumns = plan.tiles.columns;
  inParallel(c.kernelHeight * plan.tilesAcross, [&](int64_t strip) {
    const int64_t first = strip % plan.tilesAcross * tileColumns;
    const int64_t width = std::min(tileColumns, plan.columns - first);
    float* const out = result + (strip / plan.tilesAcross * plan.columns + first) * c.filters;
    float* const total = &sums[strip * plan.tilesDown * plan.tileSize];
    for (int64_t part = 1; part < parts; part++)
      for (int64_t i = 0; i < plan.tilesDown * plan.tileSize; i++) total[i] += total[plan.sums * part + i];
    // The rows of all tiles of a strip follow one another.
    if (hasAvx512()) return turnMatrix(total, tileColumns, c.filters, width, out, c.filters);
    for (int64_t column = 0; column < width; column++)
      for (int64_t filter = 0; filter < c.filters; filter++)
        out[column * c.filters + filter] = total[filter * tileColumns + column];
  });
}
