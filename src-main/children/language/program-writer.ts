import type { CellProgram, UnitOperation } from '../../engine/ops/cell-graph';

/** Writes the program of a cell, value after value. */
export class ProgramWriter {
  readonly #instructions: CellProgram['instructions'][number][] = [];

  constructor(readonly blocks: number) {}

  /** W x_t of a block. */
  fromInput(block: number): number {
    return block;
  }

  /** U h_{t−1} of a block. */
  fromHidden(block: number): number {
    return this.blocks + block;
  }

  /** c_{t−1} */
  get c(): number {
    return 2 * this.blocks;
  }

  /** A value made of one or two others; gives back its number. */
  make(operation: UnitOperation, a: number, b = a): number {
    this.#instructions.push({ operation, a, b });
    return this.c + this.#instructions.length;
  }

  program(h: number, c: number): CellProgram {
    return { blocks: this.blocks, instructions: this.#instructions, h, c };
  }
}
