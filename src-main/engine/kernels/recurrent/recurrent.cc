#include "recurrent.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <thread>

#include "kernels.h"
#include "vector-loops.h"

// The steps of a layer are products of few rows with one large matrix, which is read anew in each. It is laid out once, in the
// order in which the products read it: units are cut into parts as wide as a vector, and whoever has made the products of a part
// goes on to compute the cell there. Steps follow one another when all parts of the one before are done.

namespace {

int64_t ceilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }

struct Step {
  alignas(64) std::atomic<int64_t> taken{0};
  alignas(64) std::atomic<int64_t> done{0};
};

/** Waits a little: first awake, as a part takes microseconds; then others may have the processor. */
void waitFor(const std::atomic<int64_t>& done, int64_t parts) {
  for (int turn = 0; done.load(std::memory_order_acquire) < parts; turn++) {
    if (turn < 2000)
      __builtin_ia32_pause();
    else
      std::this_thread::yield();
  }
}

/** Runs run(step, part) for all parts of a step side by side, one step after the other. One thread alone can do it all. */
void inSteps(int64_t steps, int64_t parts, const std::function<void(int64_t, int64_t)>& run) {
  std::vector<Step> all(steps);
  inParallel(std::min<int64_t>(threadCount(), parts), [&](int64_t) {
    for (int64_t step = 0; step < steps; step++) {
      for (int64_t part; (part = all[step].taken.fetch_add(1)) < parts;) {
        run(step, part);
        all[step].done.fetch_add(1, std::memory_order_release);
      }
      waitFor(all[step].done, parts);
    }
  });
}

/** How a layer is cut. */
struct Plan {
  explicit Plan(const RecurrentLayer& layer)
      : loops(vectorLoops()),
        parts(ceilDivide(layer.hidden, loops.lanes)),
        tiles(ceilDivide(layer.batch, loops.mostRows)),
        tileRows(ceilDivide(layer.batch, tiles)),
        sums(tileRows * loops.lanes),
        stateOfStep(layer.batch * layer.hidden),
        rowsOfStep(layer.batch * layer.columns()) {}

  const VectorLoops& loops;
  /** Of the units, and of the rows of a batch. */
  const int64_t parts, tiles;
  const int64_t tileRows;
  /** Floats of the sums of a tile, of a state, and of all blocks of a step. */
  const int64_t sums, stateOfStep, rowsOfStep;

  int64_t units(const RecurrentLayer& layer, int64_t part) const {
    return std::min(loops.lanes, layer.hidden - part * loops.lanes);
  }
  int64_t rows(const RecurrentLayer& layer, int64_t tile) const {
    return std::min(tileRows, layer.batch - tile * tileRows);
  }
};

/** Rows of weights that are laid out together, so that neither reading nor writing jumps at each step. */
constexpr int64_t rowsLaidOut = 16;

/** [parts][blocks][hidden][lanes], zeros past the last unit. */
std::vector<float> layOut(const RecurrentLayer& layer, const Plan& plan) {
  const int64_t lanes = plan.loops.lanes;
  std::vector<float> laid(plan.parts * layer.columns() * lanes);
  inParallel(ceilDivide(layer.hidden, rowsLaidOut), [&](int64_t some) {
    const int64_t last = std::min((some + 1) * rowsLaidOut, layer.hidden);
    for (int64_t block = 0; block < layer.cell.blocks; block++)
      for (int64_t part = 0; part < plan.parts; part++)
        for (int64_t row = some * rowsLaidOut; row < last; row++)
          std::copy_n(layer.weights + row * layer.columns() + block * layer.hidden + part * lanes,
                      plan.units(layer, part),
                      &laid[((part * layer.cell.blocks + block) * layer.hidden + row) * lanes]);
  });
  return laid;
}

/** Turned: [parts][columns][lanes], zeros past the last unit. */
std::vector<float> layOutTurned(const RecurrentLayer& layer, const Plan& plan) {
  const int64_t lanes = plan.loops.lanes;
  std::vector<float> laid(plan.parts * layer.columns() * lanes);
  inParallel(plan.parts, [&](int64_t part) {
    const int64_t units = plan.units(layer, part);
    for (int64_t first = 0; first < layer.columns(); first += rowsLaidOut)
      for (int64_t unit = 0; unit < units; unit++) {
        const float* const from = layer.weights + (part * lanes + unit) * layer.columns();
        for (int64_t column = first; column < std::min(first + rowsLaidOut, layer.columns()); column++)
          laid[(part * layer.columns() + column) * lanes + unit] = from[column];
      }
  });
  return laid;
}

}  // namespace

const VectorLoops& vectorLoops() { return hasAvx512() ? loops16 : loops8; }

void recurrentForward(const RecurrentLayer& layer, const float* fromInput, const float* h, const float* c, float* outputs,
                      float* cs, float* fromHidden) {
  const Plan plan(layer);
  const int64_t lanes = plan.loops.lanes, hidden = layer.hidden, blocks = layer.cell.blocks;
  const std::vector<float> weights = layOut(layer, plan);
  // h as a step takes it, [tiles][hidden][tileRows]: that of this step and of the next.
  const int64_t turnedSize = plan.tiles * hidden * plan.tileRows;
  std::vector<float> turned[2] = {std::vector<float>(turnedSize), std::vector<float>(turnedSize)};
  for (int64_t row = 0; row < layer.batch; row++)
    for (int64_t unit = 0; unit < hidden; unit++)
      turned[0][(row / plan.tileRows * hidden + unit) * plan.tileRows + row % plan.tileRows] =
          h[row * hidden + unit] * (layer.mask == nullptr ? 1.0f : layer.mask[row * hidden + unit]);

  inSteps(layer.steps, plan.parts, [&](int64_t step, int64_t part) {
    thread_local std::vector<float> products;
    products.resize(blocks * plan.sums);
    const int64_t first = part * lanes;
    for (int64_t tile = 0; tile < plan.tiles; tile++) {
      const float* const taken = &turned[step % 2][tile * hidden * plan.tileRows];
      for (int64_t block = 0; block < blocks; block++)
        plan.loops.multiply[plan.tileRows - 1](taken, &weights[(part * blocks + block) * hidden * lanes], hidden,
                                               &products[block * plan.sums]);
      const int64_t row = tile * plan.tileRows;
      const int64_t state = row * hidden + first;
      const int64_t ofStep = step * plan.stateOfStep + state;
      const int64_t ofBlocks = step * plan.rowsOfStep + row * layer.columns() + first;
      ForwardTile t;
      t.rows = plan.rows(layer, tile);
      t.units = plan.units(layer, part);
      t.tileRows = plan.tileRows;
      t.hidden = hidden;
      t.columns = layer.columns();
      t.fromInput = fromInput + ofBlocks;
      t.products = products.data();
      t.c = step == 0 ? c + state : cs + ofStep - plan.stateOfStep;
      t.mask = layer.mask == nullptr ? nullptr : layer.mask + state;
      t.h = outputs + ofStep;
      t.nextC = cs + ofStep;
      t.fromHidden = fromHidden + ofBlocks;
      t.turned = &turned[(step + 1) % 2][(tile * hidden + first) * plan.tileRows];
      plan.loops.forward(layer.cell, t);
    }
  });
}

void recurrentBackward(const RecurrentLayer& layer, const float* gradients, const float* fromInput, const float* fromHidden,
                       const float* c, const float* cs, float* ofInput, float* ofHidden) {
  const Plan plan(layer);
  const int64_t lanes = plan.loops.lanes, hidden = layer.hidden, columns = layer.columns();
  const std::vector<float> weights = layOutTurned(layer, plan);
  // The gradient of U h, [tiles][columns][tileRows]: that of the step after and of this one.
  const int64_t turnedSize = plan.tiles * columns * plan.tileRows;
  std::vector<float> turned[2] = {std::vector<float>(turnedSize), std::vector<float>(turnedSize)};
  std::vector<float> ofC(plan.parts * plan.tiles * plan.sums);

  inSteps(layer.steps, plan.parts, [&](int64_t turn, int64_t part) {
    const int64_t step = layer.steps - 1 - turn;
    thread_local std::vector<float> products;
    products.resize(plan.sums);
    const int64_t first = part * lanes;
    for (int64_t tile = 0; tile < plan.tiles; tile++) {
      if (turn > 0)
        plan.loops.multiply[plan.tileRows - 1](&turned[turn % 2][tile * columns * plan.tileRows],
                                               &weights[part * columns * lanes], columns, products.data());
      const int64_t row = tile * plan.tileRows;
      const int64_t state = row * hidden + first;
      const int64_t ofStep = step * plan.stateOfStep + state;
      const int64_t ofBlocks = step * plan.rowsOfStep + row * columns + first;
      BackwardTile t;
      t.rows = plan.rows(layer, tile);
      t.units = plan.units(layer, part);
      t.tileRows = plan.tileRows;
      t.hidden = hidden;
      t.columns = columns;
      t.gradients = gradients + ofStep;
      t.products = turn == 0 ? nullptr : products.data();
      t.fromInput = fromInput + ofBlocks;
      t.fromHidden = fromHidden + ofBlocks;
      t.c = step == 0 ? c + state : cs + ofStep - plan.stateOfStep;
      t.mask = layer.mask == nullptr ? nullptr : layer.mask + state;
      t.ofC = &ofC[(part * plan.tiles + tile) * plan.sums];
      t.ofInput = ofInput + ofBlocks;
      t.ofHidden = ofHidden + ofBlocks;
      t.turned = &turned[(turn + 1) % 2][(tile * columns + first) * plan.tileRows];
      plan.loops.backward(layer.cell, t);
    }
  });
}
