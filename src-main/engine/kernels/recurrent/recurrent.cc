#include "recurrent.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <functional>
#include <memory>
#include <thread>

#include "denormals.h"
#include "kernels.h"
#include "vector-loops.h"

// The steps of a layer are products of few rows with one large matrix, which is read anew in each. It is laid out once, in the
// order in which the products read it: units are cut into parts as wide as a vector, and whoever has made the products of some parts
// goes on to compute the cell there. Steps follow one another when all parts of the one before are done.

namespace {

struct Step {
  alignas(64) std::atomic<int64_t> taken{0};
  alignas(64) std::atomic<int64_t> done{0};
};

/** Waits a little: first awake, as others take microseconds to be done; then they may have the processor. */
void waitFor(const std::atomic<int64_t>& done, int64_t all) {
  for (int turn = 0; done.load(std::memory_order_acquire) < all; turn++) {
    if (turn < 2000)
      __builtin_ia32_pause();
    else
      std::this_thread::yield();
  }
}

/** At most so many parts are taken together. */
constexpr int64_t mostTogether = 8;

/** Where the parts are cut into groups: large ones first, small ones last, so that threads are done at the same time. */
std::vector<int64_t> groupsOf(int64_t parts) {
  std::vector<int64_t> borders{0};
  while (borders.back() < parts) {
    const int64_t share = (parts - borders.back()) / (2 * threadCount());
    borders.push_back(borders.back() + std::clamp<int64_t>(share, 1, mostTogether));
  }
  return borders;
}

/** Runs run(step, first, last) for groups of parts side by side, one step after the other. One thread alone can do it all. */
void inSteps(int64_t steps, int64_t parts, const std::function<void(int64_t, int64_t, int64_t)>& run) {
  const std::vector<int64_t> borders = groupsOf(parts);
  const int64_t groups = static_cast<int64_t>(borders.size()) - 1;
  std::vector<Step> all(steps);
  inParallel(std::min<int64_t>(threadCount(), groups), [&](int64_t) {
    const WithoutDenormals without;
    for (int64_t step = 0; step < steps; step++) {
      for (int64_t group; (group = all[step].taken.fetch_add(1)) < groups;) {
        run(step, borders[group], borders[group + 1]);
        all[step].done.fetch_add(1, std::memory_order_release);
      }
      waitFor(all[step].done, groups);
    }
  });
}

/** How a layer is cut. */
struct Plan {
  explicit Plan(const RecurrentLayer& layer)
      : loops(vectorLoops()),
        lanes(loops.lanes),
        parts(ceilDivide(layer.hidden, lanes)),
        tiles(ceilDivide(layer.batch, loops.tileRows)),
        tileRows(ceilDivide(layer.batch, tiles)),
        sums(tileRows * lanes) {}

  const VectorLoops& loops;
  const int64_t lanes;
  /** Of the units, and of the rows of a batch. */
  const int64_t parts, tiles;
  const int64_t tileRows;
  /** Floats of the sums of a tile. */
  const int64_t sums;

  int64_t units(const RecurrentLayer& layer, int64_t part) const { return std::min(lanes, layer.hidden - part * lanes); }
  int64_t rows(const RecurrentLayer& layer, int64_t tile) const {
    return std::min(tileRows, layer.batch - tile * tileRows);
  }
};

/** Where a part's numbers of some rows lie: among those of a step, and among those of all steps. */
struct Place {
  Place(const RecurrentLayer& layer, const Plan& plan, int64_t step, int64_t tile, int64_t part)
      : state(tile * plan.tileRows * layer.hidden + part * plan.lanes),
        ofStep(step * layer.batch * layer.hidden + state),
        ofBlocks((step * layer.batch + tile * plan.tileRows) * layer.columns() + part * plan.lanes) {}

  /** In [batch, hidden], [steps, batch, hidden] and [steps, batch, columns]. */
  const int64_t state, ofStep, ofBlocks;
};

/** Not set to anything. */
using Floats = std::unique_ptr<float[]>;

/** Rows of weights that are laid out together, so that neither reading nor writing jumps at each step. */
constexpr int64_t rowsLaidOut = 16;

/** Those of a part, and zeros to the vector's end. */
void copyUnits(const float* from, int64_t units, int64_t lanes, float* to) {
  // Copies of a known length are one instruction.
  if (units == 16) {
    std::memcpy(to, from, 16 * sizeof(float));
  } else if (units == 8 && lanes == 8) {
    std::memcpy(to, from, 8 * sizeof(float));
  } else {
    std::copy_n(from, units, to);
    std::fill(to + units, to + lanes, 0.0f);
  }
}

/** [parts][blocks][hidden][lanes] */
Floats layOut(const RecurrentLayer& layer, const Plan& plan) {
  Floats laid(new float[plan.parts * layer.columns() * plan.lanes]);
  inParallel(ceilDivide(layer.hidden, rowsLaidOut), [&](int64_t some) {
    const int64_t last = std::min((some + 1) * rowsLaidOut, layer.hidden);
    for (int64_t block = 0; block < layer.cell.blocks; block++)
      for (int64_t part = 0; part < plan.parts; part++)
        for (int64_t row = some * rowsLaidOut; row < last; row++)
          copyUnits(layer.weights + row * layer.columns() + block * layer.hidden + part * plan.lanes,
                    plan.units(layer, part), plan.lanes,
                    &laid[((part * layer.cell.blocks + block) * layer.hidden + row) * plan.lanes]);
  });
  return laid;
}

/** Turned: [parts][columns][lanes], zeros past the last unit. */
Floats layOutTurned(const RecurrentLayer& layer, const Plan& plan) {
  const int64_t size = layer.columns() * plan.lanes;
  Floats laid(new float[plan.parts * size]);
  inParallel(plan.parts, [&](int64_t part) {
    const int64_t units = plan.units(layer, part);
    float* const to = &laid[part * size];
    if (units < plan.lanes) std::fill(to, to + size, 0.0f);
    for (int64_t first = 0; first < layer.columns(); first += rowsLaidOut)
      for (int64_t unit = 0; unit < units; unit++) {
        const float* const from = layer.weights + (part * plan.lanes + unit) * layer.columns();
        for (int64_t column = first; column < std::min(first + rowsLaidOut, layer.columns()); column++)
          to[column * plan.lanes + unit] = from[column];
      }
  });
  return laid;
}

/** Of the factors of a product, as much at once as stays in the first cache: rows of a turned matrix. */
constexpr int64_t depthAtOnce = 256;

/** Sums [panels][sums] of a [depth][tileRows] times each of the panels [panels][depth][lanes]. */
void multiply(const Plan& plan, const float* a, const float* panels, int64_t count, int64_t depth, float* sums) {
  for (int64_t k = 0; k < depth; k += depthAtOnce)
    for (int64_t panel = 0; panel < count; panel++)
      plan.loops.multiply[plan.tileRows - 1](a + k * plan.tileRows, panels + (panel * depth + k) * plan.lanes,
                                             std::min(depthAtOnce, depth - k), k == 0, sums + panel * plan.sums);
}

}  // namespace

const VectorLoops& vectorLoops() { return hasAvx512() ? loops16 : loops8; }

void recurrentForward(const RecurrentLayer& layer, const float* fromInput, const float* h, const float* c, float* outputs,
                      float* cs, float* fromHidden) {
  const Plan plan(layer);
  const int64_t hidden = layer.hidden, blocks = layer.cell.blocks;
  const Floats weights = layOut(layer, plan);
  // h as a step takes it, [tiles][hidden][tileRows]: that of this step and of the next.
  const int64_t turnedSize = plan.tiles * hidden * plan.tileRows;
  std::vector<float> turned[2] = {std::vector<float>(turnedSize), std::vector<float>(turnedSize)};
  for (int64_t row = 0; row < layer.batch; row++)
    for (int64_t unit = 0; unit < hidden; unit++)
      turned[0][(row / plan.tileRows * hidden + unit) * plan.tileRows + row % plan.tileRows] =
          h[row * hidden + unit] * (layer.mask == nullptr ? 1.0f : layer.mask[row * hidden + unit]);

  inSteps(layer.steps, plan.parts, [&](int64_t step, int64_t first, int64_t last) {
    thread_local std::vector<float> products;
    products.resize((last - first) * blocks * plan.sums);
    for (int64_t tile = 0; tile < plan.tiles; tile++) {
      multiply(plan, &turned[step % 2][tile * hidden * plan.tileRows], &weights[first * blocks * hidden * plan.lanes],
               (last - first) * blocks, hidden, products.data());
      for (int64_t part = first; part < last; part++) {
        const Place at(layer, plan, step, tile, part);
        ForwardTile t;
        t.rows = plan.rows(layer, tile);
        t.units = plan.units(layer, part);
        t.tileRows = plan.tileRows;
        t.hidden = hidden;
        t.columns = layer.columns();
        t.fromInput = fromInput + at.ofBlocks;
        t.products = &products[(part - first) * blocks * plan.sums];
        t.c = step == 0 ? c + at.state : cs + at.ofStep - layer.batch * hidden;
        t.mask = layer.mask == nullptr ? nullptr : layer.mask + at.state;
        t.h = outputs + at.ofStep;
        t.nextC = cs + at.ofStep;
        t.fromHidden = fromHidden + at.ofBlocks;
        t.turned = &turned[(step + 1) % 2][(tile * hidden + part * plan.lanes) * plan.tileRows];
        plan.loops.forward(layer.cell, t);
      }
    }
  });
}

void recurrentBackward(const RecurrentLayer& layer, const float* gradients, const float* fromInput, const float* fromHidden,
                       const float* c, const float* cs, float* ofInput, float* ofHidden) {
  const Plan plan(layer);
  const int64_t hidden = layer.hidden, columns = layer.columns();
  const Floats weights = layOutTurned(layer, plan);
  // The gradient of U h, [tiles][columns][tileRows]: that of the step after and of this one.
  const int64_t turnedSize = plan.tiles * columns * plan.tileRows;
  std::vector<float> turned[2] = {std::vector<float>(turnedSize), std::vector<float>(turnedSize)};
  std::vector<float> ofC(plan.parts * plan.tiles * plan.sums);

  inSteps(layer.steps, plan.parts, [&](int64_t turn, int64_t first, int64_t last) {
    const int64_t step = layer.steps - 1 - turn;
    thread_local std::vector<float> products;
    products.resize((last - first) * plan.sums);
    for (int64_t tile = 0; tile < plan.tiles; tile++) {
      if (turn > 0)
        multiply(plan, &turned[turn % 2][tile * columns * plan.tileRows], &weights[first * columns * plan.lanes],
                 last - first, columns, products.data());
      for (int64_t part = first; part < last; part++) {
        const Place at(layer, plan, step, tile, part);
        BackwardTile t;
        t.rows = plan.rows(layer, tile);
        t.units = plan.units(layer, part);
        t.tileRows = plan.tileRows;
        t.hidden = hidden;
        t.columns = columns;
        t.gradients = gradients + at.ofStep;
        t.products = turn == 0 ? nullptr : &products[(part - first) * plan.sums];
        t.fromInput = fromInput + at.ofBlocks;
        t.fromHidden = fromHidden + at.ofBlocks;
        t.c = step == 0 ? c + at.state : cs + at.ofStep - layer.batch * hidden;
        t.mask = layer.mask == nullptr ? nullptr : layer.mask + at.state;
        t.ofC = &ofC[(part * plan.tiles + tile) * plan.sums];
        t.ofInput = ofInput + at.ofBlocks;
        t.ofHidden = ofHidden + at.ofBlocks;
        t.turned = &turned[(turn + 1) % 2][(tile * columns + part * plan.lanes) * plan.tileRows];
        plan.loops.backward(layer.cell, t);
      }
    }
  });
}
