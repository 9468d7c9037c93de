import type { Activation, Combination, RecurrentCell } from './recurrent-cell';

const node = (activation: Activation, combination: Combination) => ({ combination, activation });

/** The worked example of paper figure 5: base 2, c_{t−1} injected into node 0, c_t read at node 1. */
export const figure5Cell: RecurrentCell = {
  kind: 'cell',
  base: 2,
  nodes: [node('tanh', 'add'), node('relu', 'elem_mult'), node('sigmoid', 'elem_mult')],
  inject: node('relu', 'add'),
  readNode: 1,
  injectedNode: 0,
};

/** NASCell, the cell that the search of the paper found with base 8 (as published with TensorFlow). */
export const nasCell: RecurrentCell = {
  kind: 'cell',
  base: 8,
  nodes: [
    node('sigmoid', 'add'),
    node('relu', 'add'),
    node('sigmoid', 'add'),
    node('relu', 'elem_mult'),
    node('tanh', 'add'),
    node('sigmoid', 'add'),
    node('tanh', 'add'),
    node('sigmoid', 'add'),
    node('tanh', 'elem_mult'),
    node('tanh', 'add'),
    node('tanh', 'elem_mult'),
    node('sigmoid', 'add'),
    node('identity', 'elem_mult'),
    node('tanh', 'add'),
    node('tanh', 'elem_mult'),
  ],
  inject: node('tanh', 'add'),
  readNode: 12,
  injectedNode: 8,
};
