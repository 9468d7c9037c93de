#include <memory>

#include "recurrent.h"
#include "tensorflow-c.h"

// CellsmithRecurrent and its gradient.

namespace {

/** @throws std::invalid_argument if the program is malformed: no access of the kernel may be out of bounds */
RecurrentCell checkedCell(int64_t blocks, const std::vector<int64_t>& program, int64_t h, int64_t c) {
  RecurrentCell cell{blocks, {}, h, c};
  if (blocks < 1 || blocks > maxBlocks)
    throw std::invalid_argument("a cell must have 1 to " + std::to_string(maxBlocks) + " blocks");
  if (program.size() % 3 != 0) throw std::invalid_argument("a program must have three numbers per instruction");
  for (size_t i = 0; i < program.size(); i += 3) {
    const int64_t known = cell.values();
    const int64_t operation = program[i], a = program[i + 1], b = program[i + 2];
    if (operation < 0 || operation >= operationCount) throw std::invalid_argument("unknown operation in a program");
    if (a < 0 || a >= known || b < 0 || b >= known)
      throw std::invalid_argument("an operand of a program does not precede its instruction");
    cell.instructions.push_back({static_cast<Operation>(operation), a, b});
  }
  if (cell.values() > maxValues)
    throw std::invalid_argument("a cell must have at most " + std::to_string(maxValues) + " values");
  if (h < 0 || h >= cell.values() || c < 0 || c >= cell.values())
    throw std::invalid_argument("h and c must be values of the cell");
  return cell;
}

void* createCell(TF_OpKernelConstruction* context) {
  return constructOrReport(context, [&] {
    return new RecurrentCell(checkedCell(intAttr(context, "blocks"), intListAttr(context, "program"),
                                         intAttr(context, "value_of_h"), intAttr(context, "value_of_c")));
  });
}

void deleteCell(void* cell) { delete static_cast<RecurrentCell*>(cell); }

/**
 * @param wx [steps, batch, columns], @param weights [hidden, columns], @param mask [batch, hidden] or [0]
 * @throws std::invalid_argument if the shapes do not match
 */
RecurrentLayer recurrentLayer(const void* cell, const Tensor& wx, const Tensor& weights, const Tensor& c,
                              const Tensor& mask) {
  if (TF_NumDims(wx.get()) != 3 || TF_NumDims(weights.get()) != 2)
    throw std::invalid_argument("from_input must be 3-D and weights 2-D");
  const int64_t maskSize = TF_TensorElementCount(mask.get());
  const RecurrentLayer layer{*static_cast<const RecurrentCell*>(cell),
                             TF_Dim(wx.get(), 0),
                             TF_Dim(wx.get(), 1),
                             TF_Dim(weights.get(), 0),
                             floats(weights),
                             maskSize > 0 ? floats(mask) : nullptr};
  const int64_t stateSize = layer.batch * layer.hidden;
  if (layer.batch < 1 || layer.hidden < 1 || TF_Dim(wx.get(), 2) != layer.columns() ||
      TF_Dim(weights.get(), 1) != layer.columns() || TF_TensorElementCount(c.get()) != stateSize ||
      (maskSize > 0 && maskSize != stateSize))
    throw std::invalid_argument("the shapes of from_input, weights, c and mask do not match");
  return layer;
}

void computeForward(void* cell, TF_OpKernelContext* context) {
  computeOrReport(context, [&] {
    const Tensor wx = getInput(context, 0), weights = getInput(context, 1), h = getInput(context, 2),
                 c = getInput(context, 3), mask = getInput(context, 4);
    const RecurrentLayer layer = recurrentLayer(cell, wx, weights, c, mask);
    if (TF_TensorElementCount(h.get()) != layer.batch * layer.hidden)
      throw std::invalid_argument("h must be [batch, hidden]");
    const Tensor hs = allocateOutput(context, 0, {layer.steps, layer.batch, layer.hidden});
    const Tensor cs = allocateOutput(context, 1, {layer.steps, layer.batch, layer.hidden});
    const Tensor uh = allocateOutput(context, 2, {layer.steps, layer.batch, layer.columns()});
    recurrentForward(layer, floats(wx), floats(h), floats(c), floats(hs), floats(cs), floats(uh));
  });
}

void computeBackward(void* cell, TF_OpKernelContext* context) {
  computeOrReport(context, [&] {
    const Tensor dhs = getInput(context, 0), wx = getInput(context, 1), uh = getInput(context, 2),
                 weights = getInput(context, 3), c = getInput(context, 4), cs = getInput(context, 5),
                 mask = getInput(context, 6);
    const RecurrentLayer layer = recurrentLayer(cell, wx, weights, c, mask);
    const int64_t size = layer.steps * layer.batch * layer.hidden;
    if (TF_TensorElementCount(dhs.get()) != size || TF_TensorElementCount(cs.get()) != size ||
        TF_TensorElementCount(uh.get()) != layer.steps * layer.batch * layer.columns())
      throw std::invalid_argument("gradients, cs and from_hidden do not match the layer");
    const Tensor dwx = allocateOutput(context, 0, {layer.steps, layer.batch, layer.columns()});
    const Tensor duh = allocateOutput(context, 1, {layer.steps, layer.batch, layer.columns()});
    recurrentBackward(layer, floats(dhs), floats(wx), floats(uh), floats(c), floats(cs), floats(dwx), floats(duh));
  });
}

const std::vector<const char*> cellAttributes{"blocks: int", "program: list(int)", "value_of_h: int",
                                              "value_of_c: int"};

}  // namespace

void registerRecurrent() {
  registerCpuKernel("CellsmithRecurrent",
                    {{"from_input: float", "weights: float", "h: float", "c: float", "mask: float"},
                     {"outputs: float", "cs: float", "from_hidden: float"},
                     cellAttributes},
                    createCell, computeForward, deleteCell);
  registerCpuKernel("CellsmithRecurrentGradient",
                    {{"gradients: float", "from_input: float", "from_hidden: float", "weights: float", "c: float",
                      "cs: float", "mask: float"},
                     {"of_input: float", "of_hidden: float"},
                     cellAttributes},
                    createCell, computeBackward, deleteCell);
}
