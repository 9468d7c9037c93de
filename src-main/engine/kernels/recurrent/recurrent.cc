#include "recurrent.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <functional>
#include <memory>
#include <thread>

#include "kernels.h"
#include "simd-kernels.h"

// Each step is a GEMM of few rows (the batch) with one large matrix, U. U is packed once per window into panels of one vector of
// units. The thread that has computed a panel's products also computes the cell there, while they are in the L1 cache. A step
// starts when all panels of the step before are done.

namespace {

/** Progress of a step, in groups of panels. Each counter has a cache line of its own. */
struct Step {
  alignas(64) std::atomic<int64_t> next{0};
  alignas(64) std::atomic<int64_t> done{0};
};

/** Spins at first, since the others need only microseconds; then yields the CPU to them. */
void waitFor(const std::atomic<int64_t>& done, int64_t all) {
  for (int poll = 0; done.load(std::memory_order_acquire) < all; poll++) {
    if (poll < 2000)
      __builtin_ia32_pause();
    else
      std::this_thread::yield();
  }
}

/** The most panels in a group. */
constexpr int64_t maxGroup = 8;

/** Guided scheduling: bounds of groups of panels, large ones first, so that threads finish together. */
std::vector<int64_t> groupBounds(int64_t panels) {
  std::vector<int64_t> bounds{0};
  while (bounds.back() < panels) {
    const int64_t share = (panels - bounds.back()) / (2 * numThreads());
    bounds.push_back(bounds.back() + std::clamp<int64_t>(share, 1, maxGroup));
  }
  return bounds;
}

/** Runs body(step, firstPanel, endPanel) for all groups, in parallel within a step. A single thread makes progress too. */
void forEachStep(int64_t steps, int64_t panels, const std::function<void(int64_t, int64_t, int64_t)>& body) {
  const std::vector<int64_t> bounds = groupBounds(panels);
  const int64_t groups = static_cast<int64_t>(bounds.size()) - 1;
  std::vector<Step> all(steps);
  parallelFor(std::min<int64_t>(numThreads(), groups), [&](int64_t) {
    const ScopedFlushDenormals flushDenormals;
    for (int64_t step = 0; step < steps; step++) {
      for (int64_t group; (group = all[step].next.fetch_add(1)) < groups;) {
        body(step, bounds[group], bounds[group + 1]);
        all[step].done.fetch_add(1, std::memory_order_release);
      }
      waitFor(all[step].done, groups);
    }
  });
}

/** Tile sizes and blocking. */
struct Plan {
  explicit Plan(const RecurrentLayer& layer)
      : kernels(simdKernels()),
        lanes(kernels.lanes),
        panels(ceilDiv(layer.hidden, lanes)),
        tiles(ceilDiv(layer.batch, kernels.tileRows)),
        tileRows(ceilDiv(layer.batch, tiles)),
        accSize(tileRows * lanes) {}

  const SimdKernels& kernels;
  const int64_t lanes;
  /** Panels of `lanes` units, and tiles of `tileRows` batch rows. */
  const int64_t panels, tiles, tileRows;
  /** Accumulators of a GEMM tile. */
  const int64_t accSize;

  int64_t units(const RecurrentLayer& layer, int64_t panel) const {
    return std::min(lanes, layer.hidden - panel * lanes);
  }
  int64_t rows(const RecurrentLayer& layer, int64_t tile) const {
    return std::min(tileRows, layer.batch - tile * tileRows);
  }
};

/** Offsets of a tile's first element. */
struct Offsets {
  Offsets(const RecurrentLayer& layer, const Plan& plan, int64_t step, int64_t tile, int64_t panel)
      : state(tile * plan.tileRows * layer.hidden + panel * plan.lanes),
        steps(step * layer.batch * layer.hidden + state),
        columns((step * layer.batch + tile * plan.tileRows) * layer.columns() + panel * plan.lanes) {}

  /** In [batch, hidden], [steps, batch, hidden] and [steps, batch, columns]. */
  const int64_t state, steps, columns;
};

/** Uninitialised memory. */
using Floats = std::unique_ptr<float[]>;

/** Rows of weights that are packed together, so that neither reads nor writes stride at every element. */
constexpr int64_t packBlock = 16;

/** Copies the units of a panel and zero-pads to `lanes`. */
void copyUnits(const float* in, int64_t units, int64_t lanes, float* out) {
  // A copy of constant length is one instruction.
  if (units == 16) {
    std::memcpy(out, in, 16 * sizeof(float));
  } else if (units == 8 && lanes == 8) {
    std::memcpy(out, in, 8 * sizeof(float));
  } else {
    std::copy_n(in, units, out);
    std::fill(out + units, out + lanes, 0.0f);
  }
}

/** Packs U for the forward pass: [panels][blocks][hidden][lanes], zero-padded. */
Floats packWeights(const RecurrentLayer& layer, const Plan& plan) {
  Floats packed(new float[plan.panels * layer.columns() * plan.lanes]);
  parallelFor(ceilDiv(layer.hidden, packBlock), [&](int64_t rowBlock) {
    const int64_t last = std::min((rowBlock + 1) * packBlock, layer.hidden);
    for (int64_t block = 0; block < layer.cell.blocks; block++)
      for (int64_t panel = 0; panel < plan.panels; panel++)
        for (int64_t row = rowBlock * packBlock; row < last; row++)
          copyUnits(layer.weights + row * layer.columns() + block * layer.hidden + panel * plan.lanes,
                    plan.units(layer, panel), plan.lanes,
                    &packed[((panel * layer.cell.blocks + block) * layer.hidden + row) * plan.lanes]);
  });
  return packed;
}

/** Packs Uᵀ for the backward pass: [panels][columns][lanes], zero-padded. */
Floats packTransposedWeights(const RecurrentLayer& layer, const Plan& plan) {
  const int64_t size = layer.columns() * plan.lanes;
  Floats packed(new float[plan.panels * size]);
  parallelFor(plan.panels, [&](int64_t panel) {
    const int64_t units = plan.units(layer, panel);
    float* const out = &packed[panel * size];
    if (units < plan.lanes) std::fill(out, out + size, 0.0f);
    for (int64_t first = 0; first < layer.columns(); first += packBlock)
      for (int64_t unit = 0; unit < units; unit++) {
        const float* const in = layer.weights + (panel * plan.lanes + unit) * layer.columns();
        for (int64_t column = first; column < std::min(first + packBlock, layer.columns()); column++)
          out[column * plan.lanes + unit] = in[column];
      }
  });
  return packed;
}

/** Depth of a GEMM pass: its operands stay in the L1 cache. */
constexpr int64_t depthBlock = 256;

/** acc [count][accSize] = aᵀ · each panel, for packed a [depth][tileRows] and panels [count][depth][lanes]. */
void gemm(const Plan& plan, const float* a, const float* panels, int64_t count, int64_t depth, float* acc) {
  for (int64_t k = 0; k < depth; k += depthBlock)
    for (int64_t panel = 0; panel < count; panel++)
      plan.kernels.gemm[plan.tileRows - 1](a + k * plan.tileRows, panels + (panel * depth + k) * plan.lanes,
                                           std::min(depthBlock, depth - k), k == 0, acc + panel * plan.accSize);
}

}  // namespace

void recurrentForward(const RecurrentLayer& layer, const float* wx, const float* h, const float* c, float* hs,
                      float* cs, float* uh) {
  const Plan plan(layer);
  const int64_t hidden = layer.hidden, blocks = layer.cell.blocks;
  const Floats packedU = packWeights(layer, plan);
  // Masked h, packed [tiles][hidden][tileRows], double-buffered: input of this step and of the next.
  const int64_t packedSize = plan.tiles * hidden * plan.tileRows;
  std::vector<float> packedH[2] = {std::vector<float>(packedSize), std::vector<float>(packedSize)};
  for (int64_t row = 0; row < layer.batch; row++)
    for (int64_t unit = 0; unit < hidden; unit++)
      packedH[0][(row / plan.tileRows * hidden + unit) * plan.tileRows + row % plan.tileRows] =
          h[row * hidden + unit] * (layer.mask == nullptr ? 1.0f : layer.mask[row * hidden + unit]);

  forEachStep(layer.steps, plan.panels, [&](int64_t step, int64_t first, int64_t end) {
    thread_local std::vector<float> acc;
    acc.resize((end - first) * blocks * plan.accSize);
    for (int64_t tile = 0; tile < plan.tiles; tile++) {
      gemm(plan, &packedH[step % 2][tile * hidden * plan.tileRows], &packedU[first * blocks * hidden * plan.lanes],
           (end - first) * blocks, hidden, acc.data());
      for (int64_t panel = first; panel < end; panel++) {
        const Offsets at(layer, plan, step, tile, panel);
        ForwardTile t;
        t.rows = plan.rows(layer, tile);
        t.units = plan.units(layer, panel);
        t.tileRows = plan.tileRows;
        t.hidden = hidden;
        t.columns = layer.columns();
        t.wx = wx + at.columns;
        t.acc = &acc[(panel - first) * blocks * plan.accSize];
        t.c = step == 0 ? c + at.state : cs + at.steps - layer.batch * hidden;
        t.mask = layer.mask == nullptr ? nullptr : layer.mask + at.state;
        t.h = hs + at.steps;
        t.nextC = cs + at.steps;
        t.uh = uh + at.columns;
        t.packedH = &packedH[(step + 1) % 2][(tile * hidden + panel * plan.lanes) * plan.tileRows];
        plan.kernels.forward(layer.cell, t);
      }
    }
  });
}

void recurrentBackward(const RecurrentLayer& layer, const float* dhs, const float* wx, const float* uh, const float* c,
                       const float* cs, float* dwx, float* duh) {
  const Plan plan(layer);
  const int64_t hidden = layer.hidden, columns = layer.columns();
  const Floats packedU = packTransposedWeights(layer, plan);
  // Gradient of U h, packed [tiles][columns][tileRows], double-buffered: of step t + 1 and of step t.
  const int64_t packedSize = plan.tiles * columns * plan.tileRows;
  std::vector<float> packedDuh[2] = {std::vector<float>(packedSize), std::vector<float>(packedSize)};
  std::vector<float> dc(plan.panels * plan.tiles * plan.accSize);

  forEachStep(layer.steps, plan.panels, [&](int64_t iteration, int64_t first, int64_t end) {
    const int64_t step = layer.steps - 1 - iteration;
    thread_local std::vector<float> acc;
    acc.resize((end - first) * plan.accSize);
    for (int64_t tile = 0; tile < plan.tiles; tile++) {
      if (iteration > 0)
        gemm(plan, &packedDuh[iteration % 2][tile * columns * plan.tileRows], &packedU[first * columns * plan.lanes],
             end - first, columns, acc.data());
      for (int64_t panel = first; panel < end; panel++) {
        const Offsets at(layer, plan, step, tile, panel);
        BackwardTile t;
        t.rows = plan.rows(layer, tile);
        t.units = plan.units(layer, panel);
        t.tileRows = plan.tileRows;
        t.hidden = hidden;
        t.columns = columns;
        t.dh = dhs + at.steps;
        t.acc = iteration == 0 ? nullptr : &acc[(panel - first) * plan.accSize];
        t.wx = wx + at.columns;
        t.uh = uh + at.columns;
        t.c = step == 0 ? c + at.state : cs + at.steps - layer.batch * hidden;
        t.mask = layer.mask == nullptr ? nullptr : layer.mask + at.state;
        t.dc = &dc[(panel * plan.tiles + tile) * plan.accSize];
        t.dwx = dwx + at.columns;
        t.duh = duh + at.columns;
        t.packedDuh = &packedDuh[(iteration + 1) % 2][(tile * columns + panel * plan.lanes) * plan.tileRows];
        plan.kernels.backward(layer.cell, t);
      }
    }
  });
}
