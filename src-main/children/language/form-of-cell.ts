import type { LanguageCell } from '../../../src-shared/architecture/cell/language-model';
import type { CellForm } from './cell-form';
import { lstmForm, rnnForm } from './ready-cells';
import { treeForm } from './tree-cell';

const readyForms = { lstm: lstmForm, rnn: rnnForm };

/** The form of a cell of any kind. @param forgetBias where the bias of an LSTM's forget gate starts; its others start at 0 */
export function formOfCell(cell: LanguageCell, forgetBias: number): CellForm {
  return 'base' in cell ? treeForm(cell) : readyForms[cell.kind](forgetBias);
}
