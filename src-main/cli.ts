import { CommanderError } from 'commander';
import { CellsmithError, errorMessage } from '../src-shared/errors';
import { exitCodeOf, exitCodes } from './cli/exit-codes';
import { commandLine } from './cli/program';
import { shownText, thisTerminal } from './cli/terminal';

/** Entry of the command-line program. */
async function main(): Promise<void> {
  const terminal = thisTerminal(import.meta.dirname);
  // A reader that has seen enough (`cellsmith … | head`) closes the pipe: not an error.
  terminal.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCodes.ok);
    throw error;
  });
  const json = process.argv.includes('--json');
  const report = (code: string, message: string): void =>
    void terminal.stderr.write(
      json ? `${JSON.stringify({ error: { code, message } })}\n` : `${shownText(message)}\n`,
    );
  const program = commandLine(terminal, (code) => (process.exitCode = code));
  try {
    if (process.argv.length === 2) program.outputHelp();
    else await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version end this way too.
      if (error.exitCode === 0) return;
      process.exitCode = exitCodes.usage;
      if (error.code === 'commander.help') return;
      report('usage', sentence(error.message));
    } else {
      process.exitCode = exitCodeOf(error);
      report(error instanceof CellsmithError ? error.code : 'internal', errorMessage(error));
      if (!(error instanceof CellsmithError) && error instanceof Error && process.env['CELLSMITH_DEBUG'])
        terminal.stderr.write(`${error.stack ?? ''}\n`);
    }
  }
}

/** Commander's messages begin with 'error: ' and a small letter. */
function sentence(message: string): string {
  const text = message.replace(/^error: /, '').replaceAll('\n', ' ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?)]$/.test(text) ? '' : '.'} See "cellsmith --help".`;
}

await main();
