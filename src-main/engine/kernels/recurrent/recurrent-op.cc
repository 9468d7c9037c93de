#include <memory>

#include "recurrent.h"
#include "tensorflow-c.h"

// A recurrent layer and its gradient as TensorFlow ops.

namespace {

/** Nothing that a cell does may reach past its values. */
RecurrentCell checkedCell(int64_t blocks, const std::vector<int64_t>& program, int64_t h, int64_t c) {
  RecurrentCell cell{blocks, {}, h, c};
  if (blocks < 1 || blocks > mostBlocks || program.size() % 3 != 0) throw std::invalid_argument("a cell has up to 16 blocks, and three numbers an instruction");
  for (size_t i = 0; i < program.size(); i += 3) {
    const int64_t known = cell.values();
    const int64_t operation = program[i], a = program[i + 1], b = program[i + 2];
    if (operation < 0 || operation >= operationCount || a < 0 || a >= known || b < 0 || b >= known)
      throw std::invalid_argument("an instruction of a cell is not known, or takes a value that is not there yet");
    cell.instructions.push_back({static_cast<Operation>(operation), a, b});
  }
  if (cell.values() > mostValues || h < 0 || h >= cell.values() || c < 0 || c >= cell.values())
    throw std::invalid_argument("a cell has too many values, or its h or c is none of them");
  return cell;
}

void* readCell(TF_OpKernelConstruction* context) {
  try {
    return new RecurrentCell(checkedCell(readInteger(context, "blocks"), readIntegers(context, "program"),
                                         readInteger(context, "value_of_h"), readInteger(context, "value_of_c")));
  } catch (const std::exception& error) {
    const Status status(TF_NewStatus());
    TF_SetStatus(status.get(), TF_INVALID_ARGUMENT, error.what());
    TF_OpKernelConstruction_Failure(context, status.get());
    return nullptr;
  }
}

void forgetCell(void* cell) { delete static_cast<RecurrentCell*>(cell); }

/** @param fromInput [steps, batch, columns], @param weights [hidden, columns], @param mask [batch, hidden] or [0] */
RecurrentLayer describe(const void* cell, const Tensor& fromInput, const Tensor& weights, const Tensor& c, const Tensor& mask) {
  if (TF_NumDims(fromInput.get()) != 3 || TF_NumDims(weights.get()) != 2)
    throw std::invalid_argument("products with inputs have three axes, weights have two");
  const int64_t masked = TF_TensorElementCount(mask.get());
  const RecurrentLayer layer{*static_cast<const RecurrentCell*>(cell), TF_Dim(fromInput.get(), 0),
                             TF_Dim(fromInput.get(), 1),  TF_Dim(weights.get(), 0),
                             floats(weights), masked > 0 ? floats(mask) : nullptr};
  const int64_t state = layer.batch * layer.hidden;
  if (layer.batch < 1 || layer.hidden < 1 || TF_Dim(fromInput.get(), 2) != layer.columns() ||
      TF_Dim(weights.get(), 1) != layer.columns() || TF_TensorElementCount(c.get()) != state ||
      (masked > 0 && masked != state))
    throw std::invalid_argument("products, weights and state do not belong to one layer");
  return layer;
}

void computeForward(void* cell, TF_OpKernelContext* context) {
  reportingFailure(context, [&] {
    const Tensor fromInput = input(context, 0), weights = input(context, 1), h = input(context, 2), c = input(context, 3),
                 mask = input(context, 4);
    const RecurrentLayer layer = describe(cell, fromInput, weights, c, mask);
    if (TF_TensorElementCount(h.get()) != layer.batch * layer.hidden)
      throw std::invalid_argument("h does not belong to the layer");
    const Tensor outputs = allocate(context, 0, {layer.steps, layer.batch, layer.hidden});
    const Tensor cs = allocate(context, 1, {layer.steps, layer.batch, layer.hidden});
    const Tensor fromHidden = allocate(context, 2, {layer.steps, layer.batch, layer.columns()});
    recurrentForward(layer, floats(fromInput), floats(h), floats(c), floats(outputs), floats(cs), floats(fromHidden));
  });
}

void computeBackward(void* cell, TF_OpKernelContext* context) {
  reportingFailure(context, [&] {
    const Tensor gradients = input(context, 0), fromInput = input(context, 1), fromHidden = input(context, 2),
                 weights = input(context, 3), c = input(context, 4), cs = input(context, 5), mask = input(context, 6);
    const RecurrentLayer layer = describe(cell, fromInput, weights, c, mask);
    const int64_t states = layer.steps * layer.batch * layer.hidden;
    if (TF_TensorElementCount(gradients.get()) != states || TF_TensorElementCount(cs.get()) != states ||
        TF_TensorElementCount(fromHidden.get()) != layer.steps * layer.batch * layer.columns())
      throw std::invalid_argument("gradients, products and states do not belong to the layer");
    const Tensor ofInput = allocate(context, 0, {layer.steps, layer.batch, layer.columns()});
    const Tensor ofHidden = allocate(context, 1, {layer.steps, layer.batch, layer.columns()});
    recurrentBackward(layer, floats(gradients), floats(fromInput), floats(fromHidden), floats(c), floats(cs),
                      floats(ofInput), floats(ofHidden));
  });
}

/** What both ops say of the cell. */
void addCell(TF_OpDefinitionBuilder* op) {
  TF_OpDefinitionBuilderAddAttr(op, "blocks: int");
  TF_OpDefinitionBuilderAddAttr(op, "program: list(int)");
  TF_OpDefinitionBuilderAddAttr(op, "value_of_h: int");
  TF_OpDefinitionBuilderAddAttr(op, "value_of_c: int");
}

}  // namespace

void registerRecurrent() {
  const char* const forward = "CellsmithRecurrent";
  TF_OpDefinitionBuilder* const op = TF_NewOpDefinitionBuilder(forward);
  for (const char* name : {"from_input: float", "weights: float", "h: float", "c: float", "mask: float"})
    TF_OpDefinitionBuilderAddInput(op, name);
  for (const char* name : {"outputs: float", "cs: float", "from_hidden: float"}) TF_OpDefinitionBuilderAddOutput(op, name);
  addCell(op);
  registerKernel(forward, op, readCell, computeForward, forgetCell);

  const char* const backward = "CellsmithRecurrentGradient";
  TF_OpDefinitionBuilder* const gradient = TF_NewOpDefinitionBuilder(backward);
  for (const char* name : {"gradients: float", "from_input: float", "from_hidden: float", "weights: float", "c: float",
                           "cs: float", "mask: float"})
    TF_OpDefinitionBuilderAddInput(gradient, name);
  for (const char* name : {"of_input: float", "of_hidden: float"}) TF_OpDefinitionBuilderAddOutput(gradient, name);
  addCell(gradient);
  registerKernel(backward, gradient, readCell, computeBackward, forgetCell);
}
