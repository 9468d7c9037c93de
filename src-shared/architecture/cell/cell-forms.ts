import type { LanguageCell } from './language-model';
import {
  childrenOf,
  type Activation,
  type CellOperation,
  type Combination,
  type RecurrentCell,
} from './recurrent-cell';
import { sha256 } from '../../sha256';

/**
 * The canonical form of a cell: two cells have the same form exactly if one becomes the other by swapping the children of
 * inner nodes. All combinations commute and every leaf has weights of its own, so such cells compute the same functions.
 * Marks tell where c_{t−1} is injected (`!`) and where c_t is read (`?`). Cells outside of the search space are named.
 */
export function canonicalCell(cell: LanguageCell): string {
  if (cell.kind !== 'cell') return cell.kind;
  const write = (node: number): string => {
    const operation = cell.nodes[node];
    if (!operation) throw new RangeError(`a cell of base ${cell.base} has no node ${node}`);
    const marks =
      (node === cell.readNode ? '?' : '') +
      (node === cell.injectedNode ? `!${cell.inject.combination}.${cell.inject.activation}` : '');
    const children = childrenOf(cell.base, node)?.map(write).sort();
    return `${operation.combination}.${operation.activation}${marks}${children ? `(${children.join(',')})` : ''}`;
  };
  return write(2 * cell.base - 2);
}

const signs: Readonly<Record<Combination, string>> = { elem_mult: '⊙', add: '+', max: 'max' };

function apply(operation: CellOperation, left: string, right: string): string {
  return wrap(operation.activation, join(operation.combination, left, right));
}

function join(combination: Combination, left: string, right: string): string {
  return combination === 'max' ? `max(${left}, ${right})` : `${left} ${signs[combination]} ${right}`;
}

function wrap(activation: Activation, expression: string): string {
  return activation === 'identity' ? expression : `${activation}(${expression})`;
}

/** The LSTM (Hochreiter & Schmidhuber, 1997, with forget gates, without peepholes) as equations, in the notation of a cell's. */
export const lstmFormulas: readonly string[] = [
  'i = sigmoid(W_i x_t + U_i h_{t−1})',
  'g = tanh(W_g x_t + U_g h_{t−1})',
  'f = sigmoid(W_f x_t + U_f h_{t−1})',
  'o = sigmoid(W_o x_t + U_o h_{t−1})',
  'c_t = i ⊙ g + f ⊙ c_{t−1}',
  'h_t = o ⊙ tanh(c_t)',
];

/**
 * The cell as equations, one a line, in the order in which they are computed. A node with c_{t−1} injected gets a second line
 * for a_new, which its parent uses.
 */
export function cellFormulas(cell: LanguageCell): readonly string[] {
  if (cell.kind !== 'cell') return cell.kind === 'lstm' ? lstmFormulas : ['h_t = tanh(W x_t + U h_{t−1})'];
  return treeFormulas(cell);
}

function treeFormulas(cell: RecurrentCell): readonly string[] {
  const lines: string[] = [];
  const used = (node: number): string => (node === cell.injectedNode ? `a${node}_new` : `a${node}`);
  for (const [node, operation] of cell.nodes.entries()) {
    const children = childrenOf(cell.base, node);
    const [left, right] = children
      ? [used(children[0]), used(children[1])]
      : [`W${node} x_t`, `U${node} h_{t−1}`];
    const [first, second] =
      operation.combination === 'elem_mult' && !children ? [`(${left})`, `(${right})`] : [left, right];
    lines.push(`a${node} = ${apply(operation, first, second)}`);
    if (node === cell.injectedNode) lines.push(`a${node}_new = ${apply(cell.inject, `a${node}`, 'c_{t−1}')}`);
    if (node === cell.readNode) lines.push(`c_t = ${join(operation.combination, first, second)}`);
  }
  lines.push(`h_t = ${used(2 * cell.base - 2)}`);
  return lines;
}

/** The cell as an indented tree, root first, for terminals. */
export function cellTree(cell: RecurrentCell): readonly string[] {
  const lines: string[] = [];
  const write = (node: number, prefix: string, connector: string, below: string): void => {
    const operation = cell.nodes[node];
    if (!operation) return;
    const notes = [
      ...(node === cell.injectedNode
        ? [`← c_{t−1} by ${cell.inject.combination}, ${cell.inject.activation}`]
        : []),
      ...(node === cell.readNode ? ['→ c_t before the activation'] : []),
      ...(node === 2 * cell.base - 2 ? ['→ h_t'] : []),
    ];
    lines.push(
      `${prefix}${connector}${node}: ${operation.activation}(${operation.combination})${notes.length > 0 ? `  ${notes.join('; ')}` : ''}`,
    );
    const children = childrenOf(cell.base, node);
    if (!children) return;
    write(children[0], prefix + below, '├ ', '│ ');
    write(children[1], prefix + below, '└ ', '  ');
  };
  write(2 * cell.base - 2, '', '', '');
  return lines;
}

/**
 * Names a cell: 32 hexadecimal digits, the first half of the SHA-256 of its canonical form. Two samples that mean the same cell, up to
 * the order of the children of a node, have the same name.
 */
export function hashCell(cell: LanguageCell): string {
  return sha256(`cell\n${canonicalCell(cell)}`).slice(0, 32);
}
