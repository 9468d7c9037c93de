import { resolve } from 'node:path';
import type { DescriptionText } from '../../src-shared/tasks/data-kind';
import { dataKinds } from '../../src-shared/tasks/data-kinds';
import { describeDataset } from '../datasets/prepare';
import { exitCodes } from './exit-codes';
import { listenForInterrupts } from './interrupts';
import { list, table } from './tables';
import { bold, writeJson, writeLine, type Terminal } from './terminal';
import { chooseView } from './views/plain-views';

export interface DescribeOptions {
  readonly json: boolean;
  readonly level?: 'word' | 'character';
  readonly vocabulary?: number;
}

/** `cellsmith data describe`: the contents of a data set. */
export async function describeCommand(
  terminal: Terminal,
  path: string,
  options: DescribeOptions,
): Promise<number> {
  const view = chooseView(terminal, options.json);
  const interrupts = listenForInterrupts(() => undefined);
  try {
    const description = await describeDataset(resolve(path), {
      signal: AbortSignal.any([interrupts.gentle, interrupts.immediate]),
      onProgress: (progress) => view.dataset(progress),
      text: {
        ...(options.level !== undefined && { level: options.level }),
        ...(options.vocabulary !== undefined && { vocabularyLimit: options.vocabulary }),
      },
    });
    view.close();
    if (options.json) writeJson(terminal, description);
    else writeDescription(terminal, dataKinds.of(description.kind).describe(description));
    return exitCodes.ok;
  } finally {
    view.close();
  }
}

function writeDescription(terminal: Terminal, { facts, table: parts, lines, notes }: DescriptionText): void {
  writeLine(terminal, list(facts));
  writeLine(terminal);
  const [head = [], ...rows] = parts;
  const numbers = head.map((_, column) => column).slice(1);
  writeLine(terminal, table(terminal, head, rows, numbers));
  for (const line of lines) writeLine(terminal, `  ${line}`);
  for (const [name, text] of notes) writeLine(terminal, `${bold(terminal, `${name}:`)} ${text}`);
}
