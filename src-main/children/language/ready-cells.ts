import { CellsmithError } from '../../../src-shared/errors';
import { zeros } from '../../engine/layers';
import { filled } from '../../engine/ops/broadcast';
import type { CellProgram } from '../../engine/ops/cell-graph';
import { concat } from '../../engine/ops/layout';
import type { CellForm } from './cell-form';
import { ProgramWriter } from './program-writer';

/**
 * The LSTM of Zaremba et al. (2014) and of torch.nn.LSTM: c_t = f ⊙ c_{t−1} + i ⊙ g, h_t = o ⊙ tanh(c_t).
 * Its blocks are the input gate, forget gate, output gate and candidate: the three of one activation are neighbours.
 */
export function lstmForm(forgetBias: number): CellForm {
  return {
    hasC: true,
    bias: (seed, [columns = 0]) => {
      const { graph } = seed.node;
      const block = (value: number) => filled(graph, [columns / 4], value);
      return concat([block(0), block(forgetBias), block(0), block(0)], 0);
    },
    program: lstmProgram(),
  };
}

function lstmProgram(): CellProgram {
  const writer = new ProgramWriter(4);
  const block = (i: number): number => writer.make('add', writer.fromInput(i), writer.fromHidden(i));
  const [input, forget, output] = [0, 1, 2].map((i) => writer.make('sigmoid', block(i)));
  const candidate = writer.make('tanh', block(3));
  if (input === undefined || forget === undefined || output === undefined)
    throw new CellsmithError('internal', 'A gate was lost.');
  const kept = writer.make('multiply', forget, writer.c);
  const c = writer.make('add', kept, writer.make('multiply', input, candidate));
  return writer.program(writer.make('multiply', output, writer.make('tanh', c)), c);
}

/** h_t = tanh(W x_t + U h_{t−1} + b) */
export function rnnForm(): CellForm {
  const writer = new ProgramWriter(1);
  const sum = writer.make('add', writer.fromInput(0), writer.fromHidden(0));
  return { hasC: false, bias: zeros, program: writer.program(writer.make('tanh', sum), writer.c) };
}
