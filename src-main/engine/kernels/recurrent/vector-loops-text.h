// The text of the inner loops, for vectors of LANES floats in functions marked TARGET. Included once for each kind of processor.

#include "vector-math-text.h"

/** The loop over rows must be unrolled, or the sums go through memory. @param first whether sums begin at 0 or are added to */
template <int rows>
TARGET void multiplyTile(const float* a, const float* b, int64_t depth, bool first, float* sums) {
  Vector kept[rows];
#pragma GCC unroll 32
  for (int r = 0; r < rows; r++) kept[r] = first ? Vector{} : load(sums + r * LANES);
  for (int64_t k = 0; k < depth; k++) {
    const Vector factor = load(b);
    __builtin_prefetch(b + 24 * LANES);
#pragma GCC unroll 32
    for (int r = 0; r < rows; r++) kept[r] += a[r] * factor;
    a += rows;
    b += LANES;
  }
#pragma GCC unroll 32
  for (int r = 0; r < rows; r++) store(sums + r * LANES, kept[r]);
}

/** Rows that go through a program side by side: what an instruction costs beside its work is paid once for them. */
constexpr int together = 4;

struct Rows {
  Vector of[together];
};

TARGET static void runProgram(const RecurrentCell& cell, Rows* values) {
  Rows* result = values + cell.inputs();
  for (const Instruction& instruction : cell.instructions) {
    const Rows &a = values[instruction.a], &b = values[instruction.b];
    switch (instruction.operation) {
      case Operation::add:
        for (int r = 0; r < together; r++) result->of[r] = a.of[r] + b.of[r];
        break;
      case Operation::multiply:
        for (int r = 0; r < together; r++) result->of[r] = a.of[r] * b.of[r];
        break;
      case Operation::maximum:
        for (int r = 0; r < together; r++) result->of[r] = a.of[r] < b.of[r] ? b.of[r] : a.of[r];
        break;
      case Operation::tanh:
        for (int r = 0; r < together; r++) result->of[r] = hyperbolicTangent(a.of[r]);
        break;
      case Operation::sigmoid:
        for (int r = 0; r < together; r++) result->of[r] = sigmoid(a.of[r]);
        break;
      case Operation::relu:
        for (int r = 0; r < together; r++) result->of[r] = a.of[r] < 0.0f ? Vector{} : a.of[r];
        break;
      case Operation::sine:
        for (int r = 0; r < together; r++) result->of[r] = sine(a.of[r]);
        break;
    }
    result++;
  }
}

/** Adds to the gradients of all values, given those of h and c. */
TARGET static void runBackwards(const RecurrentCell& cell, const Rows* values, Rows* gradients) {
  for (int64_t i = static_cast<int64_t>(cell.instructions.size()) - 1; i >= 0; i--) {
    const Instruction& instruction = cell.instructions[i];
    const Rows &y = values[cell.inputs() + i], &dy = gradients[cell.inputs() + i];
    const Rows &a = values[instruction.a], &b = values[instruction.b];
    Rows &da = gradients[instruction.a], &db = gradients[instruction.b];
    switch (instruction.operation) {
      case Operation::add:
        for (int r = 0; r < together; r++) {
          da.of[r] += dy.of[r];
          db.of[r] += dy.of[r];
        }
        break;
      case Operation::multiply:
        for (int r = 0; r < together; r++) {
          da.of[r] += dy.of[r] * b.of[r];
          db.of[r] += dy.of[r] * a.of[r];
        }
        break;
      case Operation::maximum:
        // Where they are equal it goes to the first, as in TensorFlow.
        for (int r = 0; r < together; r++) {
          da.of[r] += a.of[r] < b.of[r] ? Vector{} : dy.of[r];
          db.of[r] += a.of[r] < b.of[r] ? dy.of[r] : Vector{};
        }
        break;
      case Operation::tanh:
        for (int r = 0; r < together; r++) da.of[r] += dy.of[r] * (1.0f - y.of[r] * y.of[r]);
        break;
      case Operation::sigmoid:
        for (int r = 0; r < together; r++) da.of[r] += dy.of[r] * (y.of[r] * (1.0f - y.of[r]));
        break;
      case Operation::relu:
        for (int r = 0; r < together; r++) da.of[r] += y.of[r] > 0.0f ? dy.of[r] : Vector{};
        break;
      case Operation::sine:
        for (int r = 0; r < together; r++) da.of[r] += dy.of[r] * cosine(a.of[r]);
        break;
    }
  }
}

/** Writes rows [rows][LANES] as the columns that a product reads, [units][tileRows]: in one go, where it lies in memory. */
TARGET static void turn(const float* from, int64_t rows, int64_t units, int64_t tileRows, float* to) {
  for (int64_t unit = 0; unit < units; unit++)
    for (int64_t row = 0; row < rows; row++) to[unit * tileRows + row] = from[row * LANES + unit];
}

TARGET static void forwardTile(const RecurrentCell& cell, const ForwardTile& t) {
  Rows values[mostValues];
  alignas(64) float taken[mostRows][LANES];
  for (int64_t row = 0; row < t.rows; row += together) {
    // Where there are fewer rows than go together, the last one goes more than once.
    for (int r = 0; r < together; r++) {
      const int64_t at = row + r < t.rows ? row + r : t.rows - 1;
      for (int64_t block = 0; block < cell.blocks; block++) {
        const int64_t place = at * t.columns + block * t.hidden;
        values[block].of[r] = load(t.fromInput + place, t.units);
        values[cell.blocks + block].of[r] = load(t.products + (block * t.tileRows + at) * LANES);
        // The next units are next in memory.
        __builtin_prefetch(t.fromInput + place + LANES);
        __builtin_prefetch(t.fromHidden + place + LANES, 1);
      }
      values[2 * cell.blocks].of[r] = load(t.c + at * t.hidden, t.units);
    }
    runProgram(cell, values);
    for (int r = 0; r < together && row + r < t.rows; r++) {
      const int64_t at = row + r;
      Vector h = values[cell.h].of[r];
      store(t.h + at * t.hidden, h, t.units);
      store(t.nextC + at * t.hidden, values[cell.c].of[r], t.units);
      for (int64_t block = 0; block < cell.blocks; block++)
        store(t.fromHidden + at * t.columns + block * t.hidden, values[cell.blocks + block].of[r], t.units);
      if (t.mask != nullptr) h *= load(t.mask + at * t.hidden, t.units);
      store(taken[at], h);
    }
  }
  turn(taken[0], t.rows, t.units, t.tileRows, t.turned);
}

TARGET static void backwardTile(const RecurrentCell& cell, const BackwardTile& t) {
  Rows values[mostValues], gradients[mostValues];
  alignas(64) float kept[mostBlocks][mostRows][LANES];
  for (int64_t row = 0; row < t.rows; row += together) {
    for (int64_t value = 0; value < cell.values(); value++) gradients[value] = Rows{};
    for (int r = 0; r < together; r++) {
      const int64_t at = row + r < t.rows ? row + r : t.rows - 1;
      for (int64_t block = 0; block < cell.blocks; block++) {
        const int64_t place = at * t.columns + block * t.hidden;
        values[block].of[r] = load(t.fromInput + place, t.units);
        values[cell.blocks + block].of[r] = load(t.fromHidden + place, t.units);
        __builtin_prefetch(t.fromInput + place + LANES);
        __builtin_prefetch(t.fromHidden + place + LANES);
        __builtin_prefetch(t.ofInput + place + LANES, 1);
        __builtin_prefetch(t.ofHidden + place + LANES, 1);
      }
      values[2 * cell.blocks].of[r] = load(t.c + at * t.hidden, t.units);
      Vector ofH = load(t.gradients + at * t.hidden, t.units);
      if (t.products != nullptr) {
        Vector later = load(t.products + at * LANES);
        if (t.mask != nullptr) later *= load(t.mask + at * t.hidden, t.units);
        ofH += later;
      }
      gradients[cell.h].of[r] += ofH;
      gradients[cell.c].of[r] += load(t.ofC + at * LANES);
    }
    runProgram(cell, values);
    runBackwards(cell, values, gradients);
    for (int r = 0; r < together && row + r < t.rows; r++) {
      const int64_t at = row + r;
      store(t.ofC + at * LANES, gradients[2 * cell.blocks].of[r]);
      for (int64_t block = 0; block < cell.blocks; block++) {
        store(t.ofInput + at * t.columns + block * t.hidden, gradients[block].of[r], t.units);
        const Vector ofHidden = gradients[cell.blocks + block].of[r];
        store(t.ofHidden + at * t.columns + block * t.hidden, ofHidden, t.units);
        store(kept[block][at], ofHidden);
      }
    }
  }
  for (int64_t block = 0; block < cell.blocks; block++)
    turn(kept[block][0], t.rows, t.units, t.tileRows, t.turned + block * t.hidden * t.tileRows);
}

TARGET static float softmaxLossRow(const float* logits, int64_t classes, int64_t label, float* gradients) {
  const int64_t whole = classes - classes % LANES;
  const int64_t rest = classes - whole;
  float largest = logits[0];
  Vector largests = spread(largest);
  for (int64_t i = 0; i < whole; i += LANES) {
    const Vector x = load(logits + i);
    largests = largests < x ? x : largests;
  }
  for (int64_t lane = 0; lane < LANES; lane++) largest = largest < largests[lane] ? largests[lane] : largest;
  for (int64_t i = whole; i < classes; i++) largest = largest < logits[i] ? logits[i] : largest;

  Vector sums{};
  for (int64_t i = 0; i < whole; i += LANES) {
    const Vector x = exponential(load(logits + i) - largest);
    sums += x;
    store(gradients + i, x);
  }
  float sum = 0.0f;
  for (int64_t lane = 0; lane < LANES; lane++) sum += sums[lane];
  if (rest > 0) {
    const Vector x = exponential(load(logits + whole, rest) - largest);
    store(gradients + whole, x, rest);
    for (int64_t lane = 0; lane < rest; lane++) sum += x[lane];
  }
  const float scale = 1.0f / sum;
  for (int64_t i = 0; i < whole; i += LANES) store(gradients + i, load(gradients + i) * scale);
  for (int64_t i = whole; i < classes; i++) gradients[i] *= scale;
  gradients[label] -= 1.0f;
  return logf(sum) + largest - logits[label];
}
