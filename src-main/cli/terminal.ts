import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { defaultRunsFolder } from '../runs/locations';

/** Output streams and environment of a command. */
export interface Terminal {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Whether lines can be redrawn: an interactive terminal. */
  readonly draws: boolean;
  /** Whether to use colours: an interactive terminal without NO_COLOR (no-color.org). */
  readonly colours: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the folder with the built programs, this one and trainer.js. */
  readonly programs: string;
}

/** @param programs absolute path of the folder of the running program */
export function thisTerminal(programs: string): Terminal {
  const { stdout, stderr, env } = process;
  const draws = stdout.isTTY && env['TERM'] !== 'dumb';
  return {
    stdout,
    stderr,
    draws,
    colours: draws && (env['NO_COLOR'] ?? '') === '',
    environment: env,
    programs,
  };
}

/** How the user runs this program: by its name, or through npm from the sources. */
export function programName(): string {
  return basename(process.argv[1] ?? '') === 'cellsmith.mjs' ? 'npm run cellsmith --' : 'cellsmith';
}

export function writeLine(terminal: Terminal, text = ''): void {
  terminal.stdout.write(`${shownText(text)}\n`);
}

export function writeJson(terminal: Terminal, value: unknown): void {
  terminal.stdout.write(`${JSON.stringify(value)}\n`);
}

/**
 * Replaces characters that control a terminal or the direction of writing: names and messages of runs from elsewhere may
 * hold them. Line breaks, tabs and the codes of `bold` stay.
 */
export function shownText(text: string): string {
  return text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (found, at: number) => {
    const isOwn = found === '\u001b' && ['[1m', '[22m'].some((code) => text.startsWith(code, at + 1));
    return isOwn || found === '\n' || found === '\t' ? found : '\ufffd';
  });
}

/** Highlights text where colours are used. */
export function bold(terminal: Terminal, text: string): string {
  return terminal.colours ? `\u001b[1m${text}\u001b[22m` : text;
}

/** The folder that holds package.json and assets, above the built programs. */
export function installationRoot({ programs }: Terminal): string {
  let folder = programs;
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder);
    if (above === folder) return programs;
    folder = above;
  }
  return folder;
}

/** The product's version, of its package.json. */
export function productVersion(terminal: Terminal): string {
  const text = readFileSync(join(installationRoot(terminal), 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

/** The folder of all runs: the given one, or that of the environment. Absolute. */
export function runsFolder(terminal: Terminal, options: { readonly runs?: string }): string {
  return options.runs === undefined ? defaultRunsFolder(terminal.environment) : resolve(options.runs);
}
