// The kernels for vectors of LANES floats, in functions marked TARGET. Included once per instruction set.

#include "simd-math-impl.h"

/** GEMM micro-kernel rows × LANES. Loops over accumulators must be unrolled, or the accumulators spill to the stack. */
template <int rows>
TARGET void gemmTile(const float* a, const float* b, int64_t depth, bool first, float* acc) {
  Vector tile[rows];
#pragma GCC unroll 32
  for (int r = 0; r < rows; r++) tile[r] = first ? Vector{} : load(acc + r * LANES);
  for (int64_t k = 0; k < depth; k++) {
    const Vector x = load(b);
    __builtin_prefetch(b + 24 * LANES);
#pragma GCC unroll 32
    for (int r = 0; r < rows; r++) tile[r] += a[r] * x;
    a += rows;
    b += LANES;
  }
#pragma GCC unroll 32
  for (int r = 0; r < rows; r++) store(acc + r * LANES, tile[r]);
}

/** Batch rows that are interpreted rowBlock, which amortises the dispatch of an instruction. */
constexpr int rowBlock = 4;

struct RowBlock {
  Vector rows[rowBlock];
};

/** Interprets the cell: computes the values after its inputs. */
TARGET static void interpret(const RecurrentCell& cell, RowBlock* values) {
  RowBlock* result = values + cell.inputs();
  for (const Instruction& instruction : cell.instructions) {
    const RowBlock &a = values[instruction.a], &b = values[instruction.b];
    switch (instruction.operation) {
      case Operation::add:
        for (int r = 0; r < rowBlock; r++) result->rows[r] = a.rows[r] + b.rows[r];
        break;
      case Operation::multiply:
        for (int r = 0; r < rowBlock; r++) result->rows[r] = a.rows[r] * b.rows[r];
        break;
      case Operation::maximum:
        for (int r = 0; r < rowBlock; r++) result->rows[r] = a.rows[r] < b.rows[r] ? b.rows[r] : a.rows[r];
        break;
      case Operation::tanh:
        for (int r = 0; r < rowBlock; r++) result->rows[r] = vtanh(a.rows[r]);
        break;
      case Operation::sigmoid:
        for (int r = 0; r < rowBlock; r++) result->rows[r] = vsigmoid(a.rows[r]);
        break;
      case Operation::relu:
        for (int r = 0; r < rowBlock; r++) result->rows[r] = a.rows[r] < 0.0f ? Vector{} : a.rows[r];
        break;
      case Operation::sine:
        for (int r = 0; r < rowBlock; r++) result->rows[r] = vsin(a.rows[r]);
        break;
    }
    result++;
  }
}

/** Reverse mode: adds to the gradients of all values, given those of h and c. */
TARGET static void backpropagate(const RecurrentCell& cell, const RowBlock* values, RowBlock* gradients) {
  for (int64_t i = static_cast<int64_t>(cell.instructions.size()) - 1; i >= 0; i--) {
    const Instruction& instruction = cell.instructions[i];
    const RowBlock &y = values[cell.inputs() + i], &dy = gradients[cell.inputs() + i];
    const RowBlock &a = values[instruction.a], &b = values[instruction.b];
    RowBlock &da = gradients[instruction.a], &db = gradients[instruction.b];
    switch (instruction.operation) {
      case Operation::add:
        for (int r = 0; r < rowBlock; r++) {
          da.rows[r] += dy.rows[r];
          db.rows[r] += dy.rows[r];
        }
        break;
      case Operation::multiply:
        for (int r = 0; r < rowBlock; r++) {
          da.rows[r] += dy.rows[r] * b.rows[r];
          db.rows[r] += dy.rows[r] * a.rows[r];
        }
        break;
      case Operation::maximum:
        // A tie goes to the first operand, as in TensorFlow.
        for (int r = 0; r < rowBlock; r++) {
          da.rows[r] += a.rows[r] < b.rows[r] ? Vector{} : dy.rows[r];
          db.rows[r] += a.rows[r] < b.rows[r] ? dy.rows[r] : Vector{};
        }
        break;
      case Operation::tanh:
        for (int r = 0; r < rowBlock; r++) da.rows[r] += dy.rows[r] * (1.0f - y.rows[r] * y.rows[r]);
        break;
      case Operation::sigmoid:
        for (int r = 0; r < rowBlock; r++) da.rows[r] += dy.rows[r] * (y.rows[r] * (1.0f - y.rows[r]));
        break;
      case Operation::relu:
        for (int r = 0; r < rowBlock; r++) da.rows[r] += y.rows[r] > 0.0f ? dy.rows[r] : Vector{};
        break;
      case Operation::sine:
        for (int r = 0; r < rowBlock; r++) da.rows[r] += dy.rows[r] * vcos(a.rows[r]);
        break;
    }
  }
}

/** Packs [rows][LANES] as the GEMM reads it, [units][tileRows]; writes are contiguous. */
TARGET static void pack(const float* in, int64_t rows, int64_t units, int64_t tileRows, float* packed) {
  for (int64_t unit = 0; unit < units; unit++)
    for (int64_t row = 0; row < rows; row++) packed[unit * tileRows + row] = in[row * LANES + unit];
}

TARGET static void forwardTile(const RecurrentCell& cell, const ForwardTile& t) {
  RowBlock values[maxValues];
  alignas(64) float maskedH[maxTileRows][LANES];
  for (int64_t row = 0; row < t.rows; row += rowBlock) {
    // Rows beyond the last repeat it.
    for (int r = 0; r < rowBlock; r++) {
      const int64_t at = row + r < t.rows ? row + r : t.rows - 1;
      for (int64_t block = 0; block < cell.blocks; block++) {
        const int64_t offset = at * t.columns + block * t.hidden;
        values[block].rows[r] = load(t.wx + offset, t.units);
        values[cell.blocks + block].rows[r] = load(t.acc + (block * t.tileRows + at) * LANES);
        // The next tile of units follows in memory.
        __builtin_prefetch(t.wx + offset + LANES);
        __builtin_prefetch(t.uh + offset + LANES, 1);
      }
      values[2 * cell.blocks].rows[r] = load(t.c + at * t.hidden, t.units);
    }
    interpret(cell, values);
    for (int r = 0; r < rowBlock && row + r < t.rows; r++) {
      const int64_t at = row + r;
      Vector h = values[cell.h].rows[r];
      store(t.h + at * t.hidden, h, t.units);
      store(t.nextC + at * t.hidden, values[cell.c].rows[r], t.units);
      for (int64_t block = 0; block < cell.blocks; block++)
        store(t.uh + at * t.columns + block * t.hidden, values[cell.blocks + block].rows[r], t.units);
      if (t.mask != nullptr) h *= load(t.mask + at * t.hidden, t.units);
      store(maskedH[at], h);
    }
  }
  pack(maskedH[0], t.rows, t.units, t.tileRows, t.packedH);
}

TARGET static void backwardTile(const RecurrentCell& cell, const BackwardTile& t) {
  RowBlock values[maxValues], gradients[maxValues];
  alignas(64) float duh[maxBlocks][maxTileRows][LANES];
  for (int64_t row = 0; row < t.rows; row += rowBlock) {
    for (int64_t value = 0; value < cell.values(); value++) gradients[value] = RowBlock{};
    for (int r = 0; r < rowBlock; r++) {
      const int64_t at = row + r < t.rows ? row + r : t.rows - 1;
      for (int64_t block = 0; block < cell.blocks; block++) {
        const int64_t offset = at * t.columns + block * t.hidden;
        values[block].rows[r] = load(t.wx + offset, t.units);
        values[cell.blocks + block].rows[r] = load(t.uh + offset, t.units);
        __builtin_prefetch(t.wx + offset + LANES);
        __builtin_prefetch(t.uh + offset + LANES);
        __builtin_prefetch(t.dwx + offset + LANES, 1);
        __builtin_prefetch(t.duh + offset + LANES, 1);
      }
      values[2 * cell.blocks].rows[r] = load(t.c + at * t.hidden, t.units);
      Vector dh = load(t.dh + at * t.hidden, t.units);
      if (t.acc != nullptr) {
        Vector later = load(t.acc + at * LANES);
        if (t.mask != nullptr) later *= load(t.mask + at * t.hidden, t.units);
        dh += later;
      }
      gradients[cell.h].rows[r] += dh;
      gradients[cell.c].rows[r] += load(t.dc + at * LANES);
    }
    interpret(cell, values);
    backpropagate(cell, values, gradients);
    for (int r = 0; r < rowBlock && row + r < t.rows; r++) {
      const int64_t at = row + r;
      store(t.dc + at * LANES, gradients[2 * cell.blocks].rows[r]);
      for (int64_t block = 0; block < cell.blocks; block++) {
        store(t.dwx + at * t.columns + block * t.hidden, gradients[block].rows[r], t.units);
        const Vector gradient = gradients[cell.blocks + block].rows[r];
        store(t.duh + at * t.columns + block * t.hidden, gradient, t.units);
        store(duh[block][at], gradient);
      }
    }
  }
  for (int64_t block = 0; block < cell.blocks; block++)
    pack(duh[block][0], t.rows, t.units, t.tileRows, t.packedDuh + block * t.hidden * t.tileRows);
}

/** Softmax cross-entropy of one row, with dlogits as the buffer of the exponentials. */
TARGET static float softmaxLossRow(const float* logits, int64_t classes, int64_t label, float* dlogits) {
  const int64_t full = classes - classes % LANES;
  const int64_t tail = classes - full;
  float maximum = logits[0];
  Vector maxima = broadcast(maximum);
  for (int64_t i = 0; i < full; i += LANES) {
    const Vector x = load(logits + i);
    maxima = maxima < x ? x : maxima;
  }
  for (int64_t lane = 0; lane < LANES; lane++) maximum = maximum < maxima[lane] ? maxima[lane] : maximum;
  for (int64_t i = full; i < classes; i++) maximum = maximum < logits[i] ? logits[i] : maximum;

  Vector sums{};
  for (int64_t i = 0; i < full; i += LANES) {
    const Vector x = vexp(load(logits + i) - maximum);
    sums += x;
    store(dlogits + i, x);
  }
  float sum = 0.0f;
  for (int64_t lane = 0; lane < LANES; lane++) sum += sums[lane];
  if (tail > 0) {
    const Vector x = vexp(load(logits + full, tail) - maximum);
    store(dlogits + full, x, tail);
    for (int64_t lane = 0; lane < tail; lane++) sum += x[lane];
  }
  const float scale = 1.0f / sum;
  for (int64_t i = 0; i < full; i += LANES) store(dlogits + i, load(dlogits + i) * scale);
  for (int64_t i = full; i < classes; i++) dlogits[i] *= scale;
  dlogits[label] -= 1.0f;
  return logf(sum) + maximum - logits[label];
}
