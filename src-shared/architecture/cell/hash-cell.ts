import { sha256 } from '../../sha256';
import { canonicalCell } from './cell-forms';
import type { LanguageCell } from './language-model';

/**
 * Names a cell: 32 hexadecimal digits, the first half of the SHA-256 of its canonical form. Two samples that mean the same cell, up to
 * the order of the children of a node, have the same name.
 */
export function hashCell(cell: LanguageCell): string {
  return sha256(`cell\n${canonicalCell(cell)}`).slice(0, 32);
}
