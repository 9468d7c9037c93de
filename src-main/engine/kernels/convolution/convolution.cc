#include <algorithm>

#include "columns.h"
#include "denormals.h"
#include "kernels.h"
#include "pixel-tiles.h"
#include "scratch.h"
#include "turn-matrix.h"

// A convolution whose vectors hold 16 pixels of one channel, where oneDNN's hold 16 filters of one pixel: with 36 filters a quarter of
// its lanes are idle, with 6 more than half. A band of rows of the result at a time is made by Winograd's minimal filtering: some
// channels are turned so that the pixels of each stand side by side, rows are added up as the scheme of the kernel's height says, and
// each of these sums is convolved along its row alone. The results of a tile of filters by pixels stay in registers while the kernel's
// columns and the channels of a block go by.

namespace {

/** Kernel columns and channels that go by before sums are stored: their weights for a tile fill a quarter of the first cache. */
constexpr int64_t positionsAtOnce = 256;
/** Vectors of pixels of one product that are made at once: their sums and rows stay in the second cache. */
constexpr int64_t vectorsOfStrip = 8;

/** How a batch is laid out while it is convolved. */
struct Layout {
  explicit Layout(const Convolution& c)
      : scheme(c.kernelHeight),
        tiles(ceilDivide(c.filters, pixelTiles().rows)),
        rows(ceilDivide(c.filters, tiles)),
        halves(c.outWidth <= pixelLanes / 2),
        vectorsInRow(ceilDivide(c.outWidth, pixelLanes)),
        bandsOfImage(ceilDivide(c.outHeight, scheme.outputs)),
        bands(c.batch * bandsOfImage),
        bandsOfStrip(std::min(std::max<int64_t>(1, vectorsOfStrip / vectorsInRow) * (halves ? 2 : 1),
                              std::max<int64_t>(1, ceilDivide(bands, threadCount())))),
        few(rows <= pixelTiles().fewRows),
        vectorsAtOnce(few ? pixelTiles().vectorsOfFew : pixelTiles().vectors),
        groups(ceilDivide(halves ? ceilDivide(bandsOfStrip, 2) : bandsOfStrip * vectorsInRow, vectorsAtOnce)),
        sumsStride(vectorsAtOnce * pixelLanes),
        sumsOfGroup(tiles * rows * sumsStride),
        rowLength((halves ? pixelLanes / 2 : vectorsInRow * pixelLanes) + c.kernelWidth - 1),
        plane((bandsOfStrip + bandsOfStrip % 2) * rowLength + pixelLanes),
        turnedPlane(bandsOfStrip * scheme.rows * c.width + pixelLanes),
        channelsAtOnce(std::clamp<int64_t>(positionsAtOnce / c.kernelWidth, 1, c.depth)) {}

  const ColumnScheme scheme;
  /** Tiles, and filters of each: of even size, at most as many filters as registers hold. */
  const int64_t tiles, rows;
  /** Whether half a vector holds a row, the other half that of the next band. */
  const bool halves;
  const int64_t vectorsInRow;
  /** Bands are the rows of an image that a scheme makes together; a strip is some of them, of one or several images. */
  const int64_t bandsOfImage, bands, bandsOfStrip;
  /** Whether tiles are of few filters. */
  const bool few;
  /** Vectors that make a group: those of a tile. Sums are [products][groups][filters][vectors of a group][lanes]. */
  const int64_t vectorsAtOnce, groups, sumsStride, sumsOfGroup;
  /** Floats of a row of one channel with its padding, and of the rows of all bands of a strip. */
  const int64_t rowLength, plane;
  /** Floats of the pixels of one channel, turned, without padding. */
  const int64_t turnedPlane;
  const int64_t channelsAtOnce;

  /** @param whole of a whole group, or of one vector */
  AddPixelTile addTile(bool whole) const {
    const PixelTiles& of = pixelTiles();
    return (whole ? few ? of.addFew : of.add : of.addOne)[halves ? 1 : 0][rows - 1];
  }
  int64_t vectorsOf(int64_t bands) const { return halves ? ceilDivide(bands, 2) : bands * vectorsInRow; }
  int64_t band(int64_t vector) const { return halves ? 2 * vector : vector / vectorsInRow; }
  int64_t column(int64_t vector) const { return halves ? 0 : vector % vectorsInRow * pixelLanes; }
};

/** Memory of a thread, while it convolves by one layout. */
struct Memory {
  Memory(const Convolution& c, const Layout& layout) {
    const int64_t ofPixels = layout.scheme.products * layout.channelsAtOnce * layout.plane;
    const int64_t ofTurned = layout.channelsAtOnce * layout.turnedPlane;
    const int64_t ofSums = layout.scheme.products * layout.groups * layout.sumsOfGroup;
    pixels = scratch<Memory>(ofPixels + ofTurned + ofSums + layout.tiles * layout.rows * pixelLanes);
    turned = pixels + ofPixels;
    sums = turned + ofTurned;
    finished = sums + ofSums;
    std::fill_n(pixels, ofPixels, 0.0f);
  }

  /** [products][channels of a block][plane]; the padding stays zero. */
  float* pixels;
  /** [channels of a block][turnedPlane]. */
  float* turned;
  float* sums;
  /** [filters][lanes]. */
  float* finished;
};

/** Some bands of a batch, some channels at a time. */
class Strip {
 public:
  Strip(const Convolution& c, const Layout& layout, int64_t firstBand, const Memory& memory)
      : c(c),
        layout(layout),
        memory(memory),
        firstBand(firstBand),
        bands(std::min(layout.bandsOfStrip, layout.bands - firstBand)) {}

  void convolve(const float* images, const float* weights, float* result) const {
    for (int64_t first = 0; first < c.depth; first += layout.channelsAtOnce) {
      const int64_t count = std::min(layout.channelsAtOnce, c.depth - first);
      layPixels(images + first, count);
      addChannels(weights, first, count);
    }
    finish(result);
  }

 private:
  const Convolution& c;
  const Layout& layout;
  const Memory& memory;
  const int64_t firstBand, bands;

  /** Turns some channels of the rows under the bands, image by image, and adds rows up. */
  void layPixels(const float* images, int64_t channels) const {
    const ColumnScheme& scheme = layout.scheme;
    float* turned = memory.turned;
    for (int64_t band = 0; band < bands;) {
      const int64_t image = (firstBand + band) / layout.bandsOfImage;
      const int64_t inImage = (firstBand + band) % layout.bandsOfImage;
      const int64_t count = std::min(bands - band, layout.bandsOfImage - inImage);
      const int64_t top = inImage * scheme.outputs - c.top;
      const int64_t begin = std::max<int64_t>(0, top);
      const int64_t end = std::min(c.height, top + (count - 1) * scheme.outputs + scheme.rows);
      if (begin < end)
        turnMatrix(images + (image * c.height + begin) * c.width * c.depth, c.depth, (end - begin) * c.width, channels,
                   turned, layout.turnedPlane);
      for (int64_t i = 0; i < count; i++)
        for (int64_t product = 0; product < scheme.products; product++) {
          RowSum sum;
          for (int64_t row = 0; row < scheme.rows; row++) {
            const int64_t y = top + i * scheme.outputs + row;
            if (y >= begin && y < end)
              sum.add(turned + (y - begin) * c.width, scheme.ofImage[product * scheme.rows + row]);
          }
          sum.write(
              c.width,
              memory.pixels + product * layout.channelsAtOnce * layout.plane + (band + i) * layout.rowLength + c.left,
              channels, layout.turnedPlane, layout.plane);
        }
      turned += std::max<int64_t>(0, end - begin) * c.width;
      band += count;
    }
  }

  /** Adds to the sums what some channels give. */
  void addChannels(const float* weights, int64_t first, int64_t count) const {
    PixelTile tile{};
    tile.channels = count;
    tile.kernelWidth = c.kernelWidth;
    tile.rowLength = layout.rowLength;
    tile.plane = layout.plane;
    tile.sumsStride = layout.sumsStride;
    tile.first = first == 0;
    const int64_t vectors = layout.vectorsOf(bands);
    for (int64_t product = 0; product < layout.scheme.products; product++) {
      tile.pixels = memory.pixels + product * layout.channelsAtOnce * layout.plane;
      for (int64_t t = 0; t < layout.tiles; t++) {
        tile.weights = weights + ((product * layout.tiles + t) * c.depth + first) * c.kernelWidth * layout.rows;
        for (int64_t group = 0; group * layout.vectorsAtOnce < vectors; group++) {
          const int64_t begin = group * layout.vectorsAtOnce;
          const int64_t taken = std::min(layout.vectorsAtOnce, vectors - begin);
          int64_t offsets[4];
          for (int64_t v = 0; v < taken; v++)
            offsets[v] = layout.band(begin + v) * layout.rowLength + layout.column(begin + v);
          // Of a group that is not full, vectors go one by one.
          const int64_t step = taken == layout.vectorsAtOnce ? taken : 1;
          const AddPixelTile add = layout.addTile(step > 1);
          for (int64_t v = 0; v < taken; v += step) {
            tile.offsets = offsets + v;
            tile.sums = sumsAt(product, begin + v) + t * layout.rows * layout.sumsStride;
            add(tile);
          }
        }
      }
    }
  }

  /** Of the first filter; those of others are `sumsStride` apart. */
  float* sumsAt(int64_t product, int64_t vector) const {
    return memory.sums + (product * layout.groups + vector / layout.vectorsAtOnce) * layout.sumsOfGroup +
           vector % layout.vectorsAtOnce * pixelLanes;
  }

  /** Makes the rows of the result of the sums of the products. */
  void finish(float* result) const {
    const ColumnScheme& scheme = layout.scheme;
    for (int64_t vector = 0; vector < layout.vectorsOf(bands); vector++)
      for (int64_t output = 0; output < scheme.outputs; output++) {
        RowSum sum;
        for (int64_t product = 0; product < scheme.products; product++)
          sum.add(sumsAt(product, vector), scheme.toResult[product * scheme.outputs + output]);
        sum.write(pixelLanes, memory.finished, c.filters, layout.sumsStride, pixelLanes);
        storePixels(layout.band(vector), output, layout.column(vector), memory.finished, result);
        if (layout.halves && layout.band(vector) + 1 < bands)
          storePixels(layout.band(vector) + 1, output, 0, memory.finished + pixelLanes / 2, result);
      }
  }

  /** Writes pixels [filters][lanes] of a row of a band where they belong. */
  void storePixels(int64_t band, int64_t output, int64_t column, const float* pixels, float* result) const {
    const int64_t image = (firstBand + band) / layout.bandsOfImage;
    const int64_t y = (firstBand + band) % layout.bandsOfImage * layout.scheme.outputs + output;
    if (y >= c.outHeight) return;
    turnMatrix(pixels, pixelLanes, c.filters, std::min(pixelLanes, c.outWidth - column),
               result + ((image * c.outHeight + y) * c.outWidth + column) * c.filters, c.filters);
  }
};

struct Weights;

/** @param filter [kernelHeight, kernelWidth, depth, filters] @returns [products][tiles][depth][kernelWidth][rows], zeros past the last filter */
const float* layWeights(const Convolution& c, const Layout& layout, const float* filter) {
  const ColumnScheme& scheme = layout.scheme;
  const int64_t ofTile = c.depth * c.kernelWidth * layout.rows;
  float* const laid = scratch<Weights>(scheme.products * layout.tiles * ofTile);
  inParallel(scheme.products * layout.tiles, [&](int64_t part) {
    const int64_t product = part / layout.tiles, first = part % layout.tiles * layout.rows;
    const int64_t count = std::min(layout.rows, c.filters - first);
    if (count < layout.rows) std::fill_n(laid + part * ofTile, ofTile, 0.0f);
    for (int64_t column = 0; column < c.kernelWidth; column++) {
      RowSum sum;
      for (int64_t row = 0; row < c.kernelHeight; row++)
        sum.add(filter + (row * c.kernelWidth + column) * c.depth * c.filters + first,
                scheme.ofFilter[product * scheme.taps + row]);
      sum.write(count, laid + part * ofTile + column * layout.rows, c.depth, c.filters, c.kernelWidth * layout.rows);
    }
  });
  return laid;
}

struct TurnedFilter;

}  // namespace

bool convolves(const Convolution& c) { return c.strideHeight == 1 && c.strideWidth == 1 && c.kernelHeight <= mostTaps; }

void convolve(const Convolution& c, const float* images, const float* filter, float* result) {
  const Layout layout(c);
  const float* const weights = layWeights(c, layout, filter);
  const int64_t strips = ceilDivide(layout.bands, layout.bandsOfStrip);
  const int64_t parts = std::min<int64_t>(threadCount() * 8, strips);
  inParallel(parts, [&](int64_t part) {
    const WithoutDenormals without;
    const Memory memory(c, layout);
    for (int64_t strip = strips * part / parts; strip < strips * (part + 1) / parts; strip++)
      Strip(c, layout, strip * layout.bandsOfStrip, memory).convolve(images, weights, result);
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
  const int64_t positions = c.kernelHeight * c.kernelWidth, ofPosition = c.depth * c.filters;
  float* const turned = scratch<TurnedFilter>(positions * ofPosition);
  inParallel(positions, [&](int64_t position) {
    turnMatrix(filter + position * ofPosition, c.filters, c.depth, c.filters,
               turned + (positions - 1 - position) * ofPosition, c.depth);
  });
  convolve(back, gradients, turned, result);
}
