#include <algorithm>

#include "convolution.h"
#include "kernels.h"

// Stride-1 convolution: Winograd F(4, r) along the height, direct along the width. Vectors hold 16 pixels of one channel, where
// oneDNN's hold 16 output channels of one pixel: with 36 output channels a quarter of oneDNN's lanes are idle, with 6 more than half.
//
// The output is computed in strips of bands (Winograd tiles of 4 output rows), by blocks of input channels:
//   packInput        transposes the band's pixels to channel-major and applies the input transform to its rows
//   accumulate       convolves each transformed row with the packed filter; accumulators of a tile stay in registers over a block
//   transformOutput  applies the output transform and transposes back

namespace {

/** Kernel columns × channels in a block: the packed filter of a tile then fills a quarter of the L1 cache. */
constexpr int64_t blockDepth = 256;
/** Vectors of pixels in a strip for each transformed row: accumulators and packed input stay in the L2 cache. */
constexpr int64_t vectorsPerStrip = 8;

/** Tile sizes, blocking and strides of packed data. */
struct Plan {
  explicit Plan(const ConvParams& p)
      : winograd(p.kernelHeight),
        tiles(ceilDiv(p.outChannels, convMicrokernels().mr)),
        mr(ceilDiv(p.outChannels, tiles)),
        split(p.outWidth <= pixelLanes / 2),
        vectorsPerRow(ceilDiv(p.outWidth, pixelLanes)),
        bandsPerImage(ceilDiv(p.outHeight, winograd.m)),
        bands(p.batch * bandsPerImage),
        bandsPerStrip(std::min(std::max<int64_t>(1, vectorsPerStrip / vectorsPerRow) * (split ? 2 : 1),
                               std::max<int64_t>(1, ceilDiv(bands, numThreads())))),
        small(mr <= convMicrokernels().smallMr),
        nr(small ? convMicrokernels().smallNr : convMicrokernels().nr),
        groups(ceilDiv(split ? ceilDiv(bandsPerStrip, 2) : bandsPerStrip * vectorsPerRow, nr)),
        accStride(nr * pixelLanes),
        accPerGroup(tiles * mr * accStride),
        rowStride((split ? pixelLanes / 2 : vectorsPerRow * pixelLanes) + p.kernelWidth - 1),
        channelStride((bandsPerStrip + bandsPerStrip % 2) * rowStride + pixelLanes),
        transposedStride(bandsPerStrip * winograd.inputs * p.inWidth + pixelLanes),
        channelBlock(std::clamp<int64_t>(blockDepth / p.kernelWidth, 1, p.inChannels)) {}

  const WinogradTransform winograd;
  /** Tiles of output channels, of equal size, and the output channels of each: at most what the micro-kernel takes. */
  const int64_t tiles, mr;
  /** A vector holds 8 pixels of a band and 8 of the next, else 16 of one. */
  const bool split;
  const int64_t vectorsPerRow;
  /** A band is a Winograd tile: m output rows of an image at full width. A strip is consecutive bands, across images. */
  const int64_t bandsPerImage, bands, bandsPerStrip;
  /** Takes the micro-kernels of few output channels. */
  const bool small;
  /** Vectors in a tile, and tiles of vectors in a strip. Accumulators are [alpha][groups][tiles · mr][nr][pixelLanes]. */
  const int64_t nr, groups, accStride, accPerGroup;
  /** Floats of a padded row, and of all rows of one channel in a strip. */
  const int64_t rowStride, channelStride;
  /** Floats of one channel of a strip after the transposition, without padding. */
  const int64_t transposedStride;
  const int64_t channelBlock;

  /** @param whole for nr vectors, else for one */
  ConvMicrokernel microkernel(bool whole) const {
    const ConvMicrokernels& kernels = convMicrokernels();
    return (whole ? small ? kernels.smallTile : kernels.wholeTile : kernels.oneVector)[split ? 1 : 0][mr - 1];
  }
  int64_t vectors(int64_t bands) const { return split ? ceilDiv(bands, 2) : bands * vectorsPerRow; }
  int64_t band(int64_t vector) const { return split ? 2 * vector : vector / vectorsPerRow; }
  int64_t column(int64_t vector) const { return split ? 0 : vector % vectorsPerRow * pixelLanes; }
};

/** Scratch memory of a thread. */
struct Workspace {
  explicit Workspace(const Plan& plan) {
    const int64_t inputSize = plan.winograd.alpha * plan.channelBlock * plan.channelStride;
    const int64_t transposedSize = plan.channelBlock * plan.transposedStride;
    const int64_t accSize = plan.winograd.alpha * plan.groups * plan.accPerGroup;
    input = scratch<Workspace>(inputSize + transposedSize + accSize + plan.tiles * plan.mr * pixelLanes);
    transposed = input + inputSize;
    acc = transposed + transposedSize;
    output = acc + accSize;
    std::fill_n(input, inputSize, 0.0f);
  }

  /** [alpha][channelBlock][channelStride]; the padding stays zero. */
  float* input;
  /** [channelBlock][transposedStride]. */
  float* transposed;
  float* acc;
  /** [outChannels][pixelLanes]. */
  float* output;
};

/** A strip of the output. */
class Strip {
 public:
  Strip(const ConvParams& p, const Plan& plan, int64_t firstBand, const Workspace& workspace)
      : p(p),
        plan(plan),
        workspace(workspace),
        firstBand(firstBand),
        bands(std::min(plan.bandsPerStrip, plan.bands - firstBand)) {}

  void compute(const float* images, const float* packedFilter, float* output) const {
    for (int64_t first = 0; first < p.inChannels; first += plan.channelBlock) {
      const int64_t count = std::min(plan.channelBlock, p.inChannels - first);
      packInput(images + first, count);
      accumulate(packedFilter, first, count);
    }
    transformOutput(output);
  }

 private:
  const ConvParams& p;
  const Plan& plan;
  const Workspace& workspace;
  const int64_t firstBand, bands;

  /** Transposes `channels` channels of the bands' input rows, image by image, and applies the input transform. */
  void packInput(const float* images, int64_t channels) const {
    const WinogradTransform& winograd = plan.winograd;
    float* transposed = workspace.transposed;
    for (int64_t band = 0; band < bands;) {
      const int64_t image = (firstBand + band) / plan.bandsPerImage;
      const int64_t bandInImage = (firstBand + band) % plan.bandsPerImage;
      const int64_t count = std::min(bands - band, plan.bandsPerImage - bandInImage);
      const int64_t top = bandInImage * winograd.m - p.padTop;
      const int64_t begin = std::max<int64_t>(0, top);
      const int64_t end = std::min(p.inHeight, top + (count - 1) * winograd.m + winograd.inputs);
      if (begin < end)
        transpose(images + (image * p.inHeight + begin) * p.inWidth * p.inChannels, p.inChannels,
                  (end - begin) * p.inWidth, channels, transposed, plan.transposedStride);
      for (int64_t i = 0; i < count; i++)
        for (int64_t point = 0; point < winograd.alpha; point++) {
          LinearCombination row;
          for (int64_t input = 0; input < winograd.inputs; input++) {
            const int64_t y = top + i * winograd.m + input;
            if (y >= begin && y < end)
              row.add(transposed + (y - begin) * p.inWidth, winograd.inputTransform[point * winograd.inputs + input]);
          }
          row.evaluate(p.inWidth,
                       workspace.input + point * plan.channelBlock * plan.channelStride + (band + i) * plan.rowStride +
                           p.padLeft,
                       channels, plan.transposedStride, plan.channelStride);
        }
      transposed += std::max<int64_t>(0, end - begin) * p.inWidth;
      band += count;
    }
  }

  /** Runs the micro-kernel over all tiles, for `count` packed channels. */
  void accumulate(const float* packedFilter, int64_t first, int64_t count) const {
    ConvTile tile{};
    tile.channels = count;
    tile.kernelWidth = p.kernelWidth;
    tile.rowStride = plan.rowStride;
    tile.channelStride = plan.channelStride;
    tile.accStride = plan.accStride;
    tile.first = first == 0;
    const int64_t vectors = plan.vectors(bands);
    for (int64_t point = 0; point < plan.winograd.alpha; point++) {
      tile.input = workspace.input + point * plan.channelBlock * plan.channelStride;
      for (int64_t t = 0; t < plan.tiles; t++) {
        tile.filter = packedFilter + ((point * plan.tiles + t) * p.inChannels + first) * p.kernelWidth * plan.mr;
        for (int64_t group = 0; group * plan.nr < vectors; group++) {
          const int64_t begin = group * plan.nr;
          const int64_t inGroup = std::min(plan.nr, vectors - begin);
          int64_t offsets[4];
          for (int64_t v = 0; v < inGroup; v++)
            offsets[v] = plan.band(begin + v) * plan.rowStride + plan.column(begin + v);
          // The vectors of an incomplete group go one at a time.
          const int64_t step = inGroup == plan.nr ? inGroup : 1;
          const ConvMicrokernel microkernel = plan.microkernel(step > 1);
          for (int64_t v = 0; v < inGroup; v += step) {
            tile.offsets = offsets + v;
            tile.acc = accAt(point, begin + v) + t * plan.mr * plan.accStride;
            microkernel(tile);
          }
        }
      }
    }
  }

  /** The accumulators of output channel 0; channels are `accStride` apart. */
  float* accAt(int64_t point, int64_t vector) const {
    return workspace.acc + (point * plan.groups + vector / plan.nr) * plan.accPerGroup + vector % plan.nr * pixelLanes;
  }

  /** Applies the output transform to the accumulators and stores the strip. */
  void transformOutput(float* output) const {
    const WinogradTransform& winograd = plan.winograd;
    for (int64_t vector = 0; vector < plan.vectors(bands); vector++)
      for (int64_t row = 0; row < winograd.m; row++) {
        LinearCombination pixels;
        for (int64_t point = 0; point < winograd.alpha; point++)
          pixels.add(accAt(point, vector), winograd.outputTransform[point * winograd.m + row]);
        pixels.evaluate(pixelLanes, workspace.output, p.outChannels, plan.accStride, pixelLanes);
        storeOutput(plan.band(vector), row, plan.column(vector), workspace.output, output);
        if (plan.split && plan.band(vector) + 1 < bands)
          storeOutput(plan.band(vector) + 1, row, 0, workspace.output + pixelLanes / 2, output);
      }
  }

  /** Transposes pixels [outChannels][pixelLanes] of a band's row into the output. */
  void storeOutput(int64_t band, int64_t row, int64_t column, const float* pixels, float* output) const {
    const int64_t image = (firstBand + band) / plan.bandsPerImage;
    const int64_t y = (firstBand + band) % plan.bandsPerImage * plan.winograd.m + row;
    if (y >= p.outHeight) return;
    transpose(pixels, pixelLanes, p.outChannels, std::min(pixelLanes, p.outWidth - column),
              output + ((image * p.outHeight + y) * p.outWidth + column) * p.outChannels, p.outChannels);
  }
};

struct PackedFilter;

/**
 * Applies the filter transform and packs the filter for the micro-kernel.
 * @param filter [kernelHeight, kernelWidth, inChannels, outChannels]
 * @returns [alpha][tiles][inChannels][kernelWidth][mr], zero-padded in the last tile
 */
const float* packFilter(const ConvParams& p, const Plan& plan, const float* filter) {
  const WinogradTransform& winograd = plan.winograd;
  const int64_t tileSize = p.inChannels * p.kernelWidth * plan.mr;
  float* const packed = scratch<PackedFilter>(winograd.alpha * plan.tiles * tileSize);
  parallelFor(winograd.alpha * plan.tiles, [&](int64_t i) {
    const int64_t point = i / plan.tiles, first = i % plan.tiles * plan.mr;
    const int64_t count = std::min(plan.mr, p.outChannels - first);
    if (count < plan.mr) std::fill_n(packed + i * tileSize, tileSize, 0.0f);
    for (int64_t column = 0; column < p.kernelWidth; column++) {
      LinearCombination weights;
      for (int64_t row = 0; row < p.kernelHeight; row++)
        weights.add(filter + (row * p.kernelWidth + column) * p.inChannels * p.outChannels + first,
                    winograd.filterTransform[point * winograd.r + row]);
      weights.evaluate(count, packed + i * tileSize + column * plan.mr, p.inChannels, p.outChannels,
                       p.kernelWidth * plan.mr);
    }
  });
  return packed;
}

struct RotatedFilter;

}  // namespace

bool isConvSupported(const ConvParams& p) {
  return p.strideHeight == 1 && p.strideWidth == 1 && p.kernelHeight <= maxKernelRows;
}

void convForward(const ConvParams& p, const float* images, const float* filter, float* output) {
  const Plan plan(p);
  const float* const packedFilter = packFilter(p, plan, filter);
  const int64_t strips = ceilDiv(plan.bands, plan.bandsPerStrip);
  const int64_t parts = std::min<int64_t>(numThreads() * 8, strips);
  parallelFor(parts, [&](int64_t part) {
    const ScopedFlushDenormals flushDenormals;
    const Workspace workspace(plan);
    for (int64_t strip = strips * part / parts; strip < strips * (part + 1) / parts; strip++)
      Strip(p, plan, strip * plan.bandsPerStrip, workspace).compute(images, packedFilter, output);
  });
}

void convBackwardInput(const ConvParams& p, const float* dy, const float* filter, float* dx) {
  // A convolution of dy with the filter rotated by 180°, from output to input channels.
  ConvParams backward = p;
  std::swap(backward.inHeight, backward.outHeight);
  std::swap(backward.inWidth, backward.outWidth);
  std::swap(backward.inChannels, backward.outChannels);
  backward.padTop = p.kernelHeight - 1 - p.padTop;
  backward.padLeft = p.kernelWidth - 1 - p.padLeft;
  const int64_t positions = p.kernelHeight * p.kernelWidth, positionSize = p.inChannels * p.outChannels;
  float* const rotated = scratch<RotatedFilter>(positions * positionSize);
  parallelFor(positions, [&](int64_t position) {
    transpose(filter + position * positionSize, p.outChannels, p.inChannels, p.outChannels,
              rotated + (positions - 1 - position) * positionSize, p.inChannels);
  });
  convForward(backward, dy, rotated, dx);
}
