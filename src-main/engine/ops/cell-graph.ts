import { CellsmithError } from '../../../src-shared/errors';
import type { Tensor } from '../graph';
import { relu, sigmoid, tanh } from './activation';
import { add, mul, sin } from './arithmetic';
import { slice, split } from './layout';
import { maximum } from './logic';

// A recurrent cell as a program, and one step of it as TensorFlow's ops. `recurrent.ts` has the op that interprets the same program.

/** What an instruction computes, elementwise. An operation of one operand ignores the second. */
const operations = {
  add,
  multiply: mul,
  maximum,
  tanh: (a: Tensor) => tanh(a),
  sigmoid: (a: Tensor) => sigmoid(a),
  relu: (a: Tensor) => relu(a),
  sine: (a: Tensor) => sin(a),
} satisfies Readonly<Record<string, (a: Tensor, b: Tensor) => Tensor>>;

export type UnitOperation = keyof typeof operations;
export const unitOperations = Object.keys(operations) as readonly UnitOperation[];

/**
 * A cell as a straight-line program over one unit. Values are numbered: the blocks of W x_t, the blocks of U h_{t−1}, c_{t−1}, then
 * the result of each instruction. Operands precede their instruction.
 */
export interface CellProgram {
  /** Blocks of [hidden] columns that W and U have. */
  readonly blocks: number;
  /** Operands are numbers of values; b equals a for an operation of one operand. */
  readonly instructions: readonly {
    readonly operation: UnitOperation;
    readonly a: number;
    readonly b: number;
  }[];
  /** The values that are h_t and c_t. */
  readonly h: number;
  readonly c: number;
}

/** The results of a batch, or an input: values side by side in the columns of one tensor. */
type Group = readonly number[];

/** Values [first, first + count) of a group. */
interface Range {
  readonly group: number;
  readonly first: number;
  readonly count: number;
}

/** Instructions of one operation that are one node, since their operands are neighbours. */
interface Batch {
  readonly operation: UnitOperation;
  readonly a: Range;
  readonly b: Range;
}

/**
 * One step of a cell in few nodes: instructions of the same operation on neighbouring values become one.
 * @param fromInput W x_t, [batch, blocks · hidden]
 * @param fromHidden U h_{t−1}, of the same shape
 * @param c c_{t−1}, [batch, hidden]; absent for a program that does not use it
 * @returns h_t and c_t, [batch, hidden]; c_t is absent for a program that passes an absent c through
 */
export function cellStep(
  program: CellProgram,
  fromInput: Tensor,
  fromHidden: Tensor,
  c: Tensor | undefined,
): { readonly h: Tensor; readonly c: Tensor | undefined } {
  const { batches, groups, find } = planStep(program);
  const ranges = [...batches.flatMap(({ a, b }) => [a, b]), find(program.h), find(program.c)];
  const width = (fromInput.shape[1] ?? 0) / program.blocks;
  const cuts = groups.map((): ((range: Range) => Tensor | undefined) | undefined => undefined);
  const define = (group: number, x: Tensor): void => {
    const wanted = ranges.filter((range) => range.group === group);
    cuts[group] = cut(x, { group, first: 0, count: groups[group]?.length ?? 0 }, wanted, width);
  };
  const read = (range: Range): Tensor | undefined => cuts[range.group]?.(range);
  const operand = (range: Range): Tensor => {
    const found = read(range);
    if (!found) throw new CellsmithError('internal', 'A program uses a value that the cell does not have.');
    return found;
  };
  for (const [group, x] of [fromInput, fromHidden, c].entries()) if (x) define(group, x);
  for (const [i, { operation, a, b }] of batches.entries())
    define(3 + i, operations[operation](operand(a), operand(b)));
  return { h: operand(find(program.h)), c: read(find(program.c)) };
}

/** Batches instructions level by level, each as early as its operands allow. Group 3 + i holds the results of batch i. */
function planStep({ blocks, instructions }: CellProgram): {
  readonly batches: readonly Batch[];
  readonly groups: readonly Group[];
  /** The place of one value. */
  readonly find: (value: number) => Range;
} {
  const inputs = 2 * blocks + 1;
  const numbers = (first: number, count: number): Group => Array.from({ length: count }, (_, i) => first + i);
  const groups: number[][] = [[...numbers(0, blocks)], [...numbers(blocks, blocks)], [2 * blocks]];
  const places = new Map<number, Range>();
  const place = (group: number): void => {
    for (const [first, value] of (groups[group] ?? []).entries())
      places.set(value, { group, first, count: 1 });
  };
  const find = (value: number): Range => {
    const found = places.get(value);
    if (!found) throw new CellsmithError('internal', `A program uses value ${value} before it is computed.`);
    return found;
  };
  for (const group of groups.keys()) place(group);
  const batches: Batch[] = [];
  let waiting = instructions.map((instruction, i) => ({ ...instruction, result: inputs + i }));
  while (waiting.length > 0) {
    const ready = waiting
      .filter(({ a, b }) => places.has(a) && places.has(b))
      .map((instruction) => ({ ...instruction, a: find(instruction.a), b: find(instruction.b) }))
      .sort((x, y) => order(x.a, y.a) || order(x.b, y.b));
    if (ready.length === 0)
      throw new CellsmithError('internal', 'A program uses a value that it never computes.');
    const begun = batches.length;
    for (const operation of unitOperations)
      for (const { a, b, result } of ready.filter((instruction) => instruction.operation === operation)) {
        const last = batches.length > begun ? batches.at(-1) : undefined;
        if (last?.operation === operation && follows(a, last.a) && follows(b, last.b)) {
          batches[batches.length - 1] = { operation, a: longer(last.a), b: longer(last.b) };
          groups.at(-1)?.push(result);
        } else {
          batches.push({ operation, a, b });
          groups.push([result]);
        }
      }
    for (let batch = begun; batch < batches.length; batch++) place(3 + batch);
    const done = new Set(ready.map(({ result }) => result));
    waiting = waiting.filter(({ result }) => !done.has(result));
  }
  return { batches, groups, find };
}

function order(x: Range, y: Range): number {
  return x.group - y.group || x.first - y.first;
}

function follows(next: Range, range: Range): boolean {
  return next.group === range.group && next.first === range.first + range.count;
}

function longer(range: Range): Range {
  return { ...range, count: range.count + 1 };
}

/** Splits a group's tensor into the ranges that are wanted of it, outermost ranges first. */
function cut(
  x: Tensor,
  whole: Range,
  wanted: readonly Range[],
  width: number,
): (range: Range) => Tensor | undefined {
  const found = new Map<string, Tensor>();
  const key = ({ first, count }: Range): string => `${first}+${count}`;
  const end = ({ first, count }: Range): number => first + count;
  const divide = (tensor: Tensor, range: Range): void => {
    found.set(key(range), tensor);
    const inner = wanted
      .filter((part) => part.first >= range.first && end(part) <= end(range) && part.count < range.count)
      .sort((p, q) => p.first - q.first || q.count - p.count);
    const parts: Range[] = [];
    let at = range.first;
    const fill = (to: number): void => {
      if (to > at) parts.push({ ...range, first: at, count: to - at });
      at = Math.max(at, to);
    };
    for (const part of inner)
      if (part.first >= at) {
        fill(part.first);
        parts.push(part);
        at = end(part);
      }
    if (parts.length === 0) return;
    fill(end(range));
    const equal = parts.every(({ count }) => count === parts[0]?.count);
    const tensors = split(tensor, equal ? parts.length : parts.map(({ count }) => count * width), 1);
    for (const [i, part] of parts.entries()) if (tensors[i]) divide(tensors[i], part);
  };
  divide(x, whole);
  return (range) =>
    // Overlapping ranges are not separate parts.
    found.get(key(range)) ?? slice(x, [0, range.first * width], [x.shape[0] ?? 0, range.count * width]);
}
