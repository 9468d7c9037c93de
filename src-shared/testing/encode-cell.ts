import type { RecurrentCell } from '../architecture/cell/recurrent-cell';
import { CellsmithError } from '../errors';
import type { cellSpace } from '../tasks/cell/cell-space';

/** The decisions that describe a cell: the inverse of `decodeCell`. @throws architecture.invalid when the space lacks an operation */
export function encodeCell(options: Parameters<typeof cellSpace>[0], cell: RecurrentCell): readonly number[] {
  const position = <T extends string>(value: T, from: readonly T[]): number => {
    const index = from.indexOf(value);
    if (index < 0)
      throw new CellsmithError('architecture.invalid', `'${value}' is not an option of this search space.`);
    return index;
  };
  return [
    ...[...cell.nodes, cell.inject].flatMap((operation) => [
      position(operation.combination, options.combinations),
      position(operation.activation, options.activations),
    ]),
    cell.readNode,
    cell.injectedNode,
  ];
}
