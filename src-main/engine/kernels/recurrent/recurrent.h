#pragma once

#include <cstdint>
#include <vector>

// A recurrent layer over all steps of a window, and its backward pass. All tensors are row-major float32.

/** What an instruction computes. The numbers are those of src-main/engine/ops/recurrent.ts. */
enum class Operation : int64_t { add, multiply, maximum, tanh, sigmoid, relu, sine };
constexpr int64_t operationCount = 7;

struct Instruction {
  Operation operation;
  /** Operands, as indices of values; b equals a for unary operations. */
  int64_t a, b;
};

/**
 * A cell as a straight-line program over one unit. Its values are: the blocks of W x_t, the blocks of U h_{t−1}, c_{t−1}, then the
 * result of each instruction. Operands precede their instruction.
 */
struct RecurrentCell {
  int64_t blocks;
  std::vector<Instruction> instructions;
  /** The values that are h_t and c_t. */
  int64_t h, c;

  int64_t inputs() const { return 2 * blocks + 1; }
  int64_t values() const { return inputs() + static_cast<int64_t>(instructions.size()); }
};

/** Limits: a cell of base 16 with an activation at every node fits. */
constexpr int64_t maxBlocks = 16, maxValues = 128;

struct RecurrentLayer {
  const RecurrentCell& cell;
  int64_t steps, batch, hidden;
  /** U, [hidden, columns]. */
  const float* weights;
  /** Dropout mask of h_{t−1}, [batch, hidden]; null without dropout. */
  const float* mask;

  int64_t columns() const { return cell.blocks * hidden; }
};

/**
 * @param wx W x_t of every step, [steps, batch, columns]
 * @param h, c the state before the first step, [batch, hidden]
 * @param hs, cs h_t and c_t of every step, [steps, batch, hidden]
 * @param uh U h_{t−1} of every step, [steps, batch, columns]
 */
void recurrentForward(const RecurrentLayer& layer, const float* wx, const float* h, const float* c, float* hs,
                      float* cs, float* uh);

/**
 * The backward pass of a loss that depends on hs, but on neither cs nor the last h beyond hs.
 * @param dhs gradient of hs
 * @param dwx, duh gradients of wx and uh
 */
void recurrentBackward(const RecurrentLayer& layer, const float* dhs, const float* wx, const float* uh, const float* c,
                       const float* cs, float* dwx, float* duh);
