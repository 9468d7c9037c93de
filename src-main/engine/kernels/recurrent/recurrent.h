#pragma once

#include <cstdint>
#include <iterator>
#include <vector>

// A recurrent layer over all steps of a window, and its backward pass. All tensors are row-major float32.

/** Operations of instructions, in the order of their codes. TypeScript asks the library for the names and codes. */
#define CELLSMITH_OPERATIONS(F) F(add) F(multiply) F(maximum) F(tanh) F(sigmoid) F(relu) F(sine)

#define CELLSMITH_ENUMERATOR(name) name,
enum class Operation : int64_t { CELLSMITH_OPERATIONS(CELLSMITH_ENUMERATOR) };
#undef CELLSMITH_ENUMERATOR

#define CELLSMITH_NAME(name) #name,
constexpr const char* operationNames[] = {CELLSMITH_OPERATIONS(CELLSMITH_NAME)};
#undef CELLSMITH_NAME

constexpr int64_t operationCount = std::size(operationNames);

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
