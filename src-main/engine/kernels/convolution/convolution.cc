#include <algorithm>
#include <vector>

#include "denormals.h"
#include "kernels.h"
#include "pixel-tiles.h"

// A convolution whose vectors hold 16 pixels of one channel, where oneDNN's hold 16 filters of one pixel: with 36 filters a quarter of
// its lanes are idle, with 6 more than half. Image by image and some channels at a time, pixels are turned so that those of a channel
// stand side by side, with the padding around them; a kernel's row and column are then an offset. The sums of a tile of filters by
// pixels stay in registers while all kernel positions and channels of a block go by.

namespace {

/** Kernel positions and channels that go by before sums are stored: their weights for a tile fill half of the first cache. */
constexpr int64_t positionsAtOnce = 512;
/** Groups of vectors that go by before the weights of the next tile are fetched into the first cache. */
constexpr int64_t groupsAtOnce = 8;

/** How an image is laid out while it is convolved. */
struct Layout {
  explicit Layout(const Convolution& c)
      : tiles(ceilDivide(c.filters, mostTileRows)),
        rows(ceilDivide(c.filters, tiles)),
        halves(c.outWidth <= pixelLanes / 2),
        vectorsInRow(ceilDivide(c.outWidth, pixelLanes)),
        vectors(halves ? ceilDivide(c.outHeight, 2) : c.outHeight * vectorsInRow),
        vectorsAtOnce(rows <= fewTileRows ? 4 : 2),
        groups(ceilDivide(vectors, vectorsAtOnce)),
        sumsStride(vectorsAtOnce * pixelLanes),
        sumsOfGroup(tiles * rows * sumsStride),
        rowLength((halves ? pixelLanes / 2 : vectorsInRow * pixelLanes) + c.kernelWidth - 1),
        plane((c.outHeight + c.outHeight % 2 + c.kernelHeight - 1) * rowLength),
        positions(c.kernelHeight * c.kernelWidth),
        channelsAtOnce(std::clamp<int64_t>(positionsAtOnce / positions, 1, c.depth)) {}

  /** Tiles, and filters of each: of even size, at most as many filters as registers hold. */
  const int64_t tiles, rows;
  /** Vectors of output pixels; where half a vector holds a row, it is of two rows. */
  const bool halves;
  const int64_t vectorsInRow, vectors;
  /** Vectors that make a group: those of a tile. Sums are [groups][filters][vectors of a group][lanes]. */
  const int64_t vectorsAtOnce, groups, sumsStride, sumsOfGroup;
  /** Floats of a row of one channel with its padding, and of all its rows. */
  const int64_t rowLength, plane;
  const int64_t positions, channelsAtOnce;

  int64_t outRow(int64_t vector) const { return halves ? 2 * vector : vector / vectorsInRow; }
  int64_t outColumn(int64_t vector) const { return halves ? 0 : vector % vectorsInRow * pixelLanes; }
};

/** Memory of a thread, while it convolves images of one layout. */
struct Memory {
  Memory(const Convolution& c, const Layout& layout)
      : pixels(layout.channelsAtOnce * layout.plane),
        oneBlock(layout.channelsAtOnce == c.depth),
        sums(layout.sumsOfGroup * (oneBlock ? std::min(groupsAtOnce, layout.groups) : layout.groups)) {}

  /** [channels of a block][plane]; the padding stays zero. */
  std::vector<float> pixels;
  /** Whether no sums need be kept from one block of channels to the next. */
  const bool oneBlock;
  std::vector<float> sums;
};

/** Writes the sums of a vector of pixels where they belong. */
void storePixels(const Convolution& c, const Layout& layout, int64_t vector, const float* sums, float* result) {
  const int64_t row = layout.outRow(vector), column = layout.outColumn(vector);
  const auto store = [&](int64_t y, const float* from) {
    turnMatrix(from, layout.sumsStride, c.filters, std::min(pixelLanes, c.outWidth - column),
               result + (y * c.outWidth + column) * c.filters, c.filters);
  };
  store(row, sums);
  if (layout.halves && row + 1 < c.outHeight) store(row + 1, sums + pixelLanes / 2);
}

/** Adds to the sums of an image what some of its channels give, and writes them when these are the last. */
void addChannels(const Convolution& c, const Layout& layout, const float* weights, int64_t first, int64_t count,
                 Memory& memory, float* result) {
  PixelTile tile{};
  tile.pixels = memory.pixels.data();
  tile.channels = count;
  tile.kernelHeight = c.kernelHeight;
  tile.kernelWidth = c.kernelWidth;
  tile.rowLength = layout.rowLength;
  tile.plane = layout.plane;
  tile.sumsStride = layout.sumsStride;
  tile.first = first == 0;
  for (int64_t group = 0; group < layout.groups; group += groupsAtOnce) {
    const int64_t groups = std::min(groupsAtOnce, layout.groups - group);
    float* const sums = &memory.sums[memory.oneBlock ? 0 : group * layout.sumsOfGroup];
    for (int64_t t = 0; t < layout.tiles; t++) {
      tile.weights = weights + (t * c.depth + first) * layout.positions * layout.rows;
      for (int64_t g = 0; g < groups; g++) {
        const int64_t begin = (group + g) * layout.vectorsAtOnce;
        const int64_t taken = std::min(layout.vectorsAtOnce, layout.vectors - begin);
        int64_t offsets[4];
        const int64_t lastRow = layout.outRow(begin + taken - 1) + (layout.halves ? 1 : 0);
        tile.firstRow = std::max<int64_t>(0, c.top - lastRow);
        tile.endRow = std::min(c.kernelHeight, c.height + c.top - layout.outRow(begin));
        for (int64_t v = 0; v < taken; v++)
          offsets[v] = layout.outRow(begin + v) * layout.rowLength + layout.outColumn(begin + v);
        // Of a group that is not full, vectors go one by one.
        const int64_t step = taken == layout.vectorsAtOnce ? taken : 1;
        const AddPixelTile add = addPixelTile(layout.rows, step, layout.halves);
        for (int64_t v = 0; v < taken; v += step) {
          tile.offsets = offsets + v;
          tile.sums = sums + g * layout.sumsOfGroup + t * layout.rows * layout.sumsStride + v * pixelLanes;
          add(tile);
        }
      }
    }
    if (first + count < c.depth) continue;
    const int64_t begin = group * layout.vectorsAtOnce;
    const int64_t end = std::min(begin + groups * layout.vectorsAtOnce, layout.vectors);
    for (int64_t vector = begin; vector < end; vector++) {
      const int64_t inGroup = vector % layout.vectorsAtOnce;
      const float* const ofGroup = sums + (vector / layout.vectorsAtOnce - group) * layout.sumsOfGroup;
      storePixels(c, layout, vector, ofGroup + inGroup * pixelLanes, result);
    }
  }
}

void convolveImage(const Convolution& c, const Layout& layout, const float* image, const float* weights, Memory& memory,
                   float* result) {
  for (int64_t first = 0; first < c.depth; first += layout.channelsAtOnce) {
    const int64_t count = std::min(layout.channelsAtOnce, c.depth - first);
    for (int64_t y = 0; y < c.height; y++)
      turnMatrix(image + y * c.width * c.depth + first, c.depth, c.width, count,
                 &memory.pixels[(y + c.top) * layout.rowLength + c.left], layout.plane);
    addChannels(c, layout, weights, first, count, memory, result);
  }
}

/** @param weight(row, column, channel, filter) */
template <class Weight>
void convolveWith(const Convolution& c, const float* images, float* result, Weight weight) {
  const Layout layout(c);
  // [tiles][channels][positions][rows], zeros past the last filter.
  std::vector<float> weights(layout.tiles * c.depth * layout.positions * layout.rows);
  inParallel(layout.tiles, [&](int64_t tile) {
    float* laid = &weights[tile * c.depth * layout.positions * layout.rows];
    for (int64_t channel = 0; channel < c.depth; channel++)
      for (int64_t row = 0; row < c.kernelHeight; row++)
        for (int64_t column = 0; column < c.kernelWidth; column++)
          for (int64_t r = 0; r < layout.rows; r++) {
            const int64_t filter = tile * layout.rows + r;
            *laid++ = filter < c.filters ? weight(row, column, channel, filter) : 0.0f;
          }
  });
  const int64_t parts = std::min<int64_t>(threadCount() * 8, c.batch);
  inParallel(parts, [&](int64_t part) {
    const WithoutDenormals without;
    Memory memory(c, layout);
    for (int64_t image = c.batch * part / parts; image < c.batch * (part + 1) / parts; image++)
      convolveImage(c, layout, images + image * c.height * c.width * c.depth, weights.data(), memory,
                    result + image * c.outHeight * c.outWidth * c.filters);
  });
}

}  // namespace

void convolve(const Convolution& c, const float* images, const float* filter, float* result) {
  convolveWith(c, images, result, [&](int64_t row, int64_t column, int64_t channel, int64_t f) {
    return filter[((row * c.kernelWidth + column) * c.depth + channel) * c.filters + f];
  });
}

void inputGradient(const Convolution& c, const float* gradients, const float* filter, float* result) {
  // A convolution of the gradients with the kernel turned around, from filters to channels.
  Convolution back = c;
  std::swap(back.height, back.outHeight);
  std::swap(back.width, back.outWidth);
  std::swap(back.depth, back.filters);
  back.top = c.kernelHeight - 1 - c.top;
  back.left = c.kernelWidth - 1 - c.left;
  convolveWith(back, gradients, result, [&](int64_t row, int64_t column, int64_t f, int64_t channel) {
    const int64_t y = c.kernelHeight - 1 - row, x = c.kernelWidth - 1 - column;
    return filter[((y * c.kernelWidth + x) * c.depth + channel) * c.filters + f];
  });
}
