#pragma once

#include <cstdint>
#include <vector>

// A recurrent layer over the steps of a window as one kernel, and its gradient. Everything is row-major float32.

/** What an instruction does with one or two values. The numbers are those of src-main/engine/ops/recurrent.ts. */
enum class Operation : int64_t { add, multiply, maximum, tanh, sigmoid, relu, sine };
constexpr int64_t operationCount = 7;

struct Instruction {
  Operation operation;
  /** Numbers of values; `b` is `a` where the operation takes one. */
  int64_t a, b;
};

/**
 * A cell, unit by unit. Its values are W x of each block, U h of each block, c, then what each instruction gives. Instructions
 * take earlier values only.
 */
struct RecurrentCell {
  int64_t blocks;
  std::vector<Instruction> instructions;
  /** The values that are h and c of the step. */
  int64_t h, c;

  int64_t inputs() const { return 2 * blocks + 1; }
  int64_t values() const { return inputs() + static_cast<int64_t>(instructions.size()); }
};

/** What a cell may have: base 16, with an activation for every node. */
constexpr int64_t mostBlocks = 16, mostValues = 128;

struct RecurrentLayer {
  const RecurrentCell& cell;
  int64_t steps, batch, hidden;
  /** [hidden, columns] */
  const float* weights;
  /** What h is multiplied with where a step takes it, [batch, hidden]; null where nothing is dropped. */
  const float* mask;

  int64_t columns() const { return cell.blocks * hidden; }
};

/**
 * @param fromInput W x of every step, [steps, batch, columns]
 * @param h, c the state before the first step, each [batch, hidden]
 * @param outputs, cs h and c of every step, each [steps, batch, hidden]
 * @param fromHidden U h of every step, [steps, batch, columns]
 */
void recurrentForward(const RecurrentLayer& layer, const float* fromInput, const float* h, const float* c, float* outputs,
                      float* cs, float* fromHidden);

/**
 * Gradients of a loss that depends on the outputs, but neither on the last c nor, beyond them, on the last h.
 * @param gradients with respect to the outputs
 * @param ofInput, ofHidden with respect to fromInput and fromHidden
 */
void recurrentBackward(const RecurrentLayer& layer, const float* gradients, const float* fromInput, const float* fromHidden,
                       const float* c, const float* cs, float* ofInput, float* ofHidden);
