import { resolve } from 'node:path';
import { architectureFileText } from '../../../src-shared/architecture-file/parse-architecture-file';
import { architectureSvg } from '../../../src-shared/architecture-file/drawing-file';
import { readArchitecture } from '../../export/trial-file';
import { writeOutput } from '../../export/write-output';
import { findRunFolder } from '../../runs/locations';
import { openRunReadOnly } from '../../runs/run-folder';
import { exitCodes } from '../exit-codes';
import { runsFolder, writeLine, type Terminal } from '../terminal';

export const exportFormats = ['json', 'svg'] as const;

export interface ExportOptions {
  readonly format: (typeof exportFormats)[number];
  readonly output?: string;
  readonly force: boolean;
  readonly runs?: string;
}

/** `cellsmith runs export`: the architecture of a child as a file, or on the standard output. */
export function exportCommand(
  terminal: Terminal,
  named: string,
  number: number,
  { format, output, force, runs }: ExportOptions,
): number {
  const run = openRunReadOnly(
    findRunFolder(named, runsFolder(terminal, { ...(runs !== undefined && { runs }) })),
  );
  try {
    const file = readArchitecture(run, number);
    const text = format === 'json' ? architectureFileText(file) : architectureSvg(file);
    if (output === undefined) terminal.stdout.write(text);
    else {
      writeOutput(resolve(output), text, force);
      writeLine(terminal, resolve(output));
    }
  } finally {
    run.close();
  }
  return exitCodes.ok;
}
