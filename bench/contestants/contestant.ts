import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** How a contestant is started. */
export interface ContestantCommand {
  readonly name: string;
  readonly command: string;
  readonly parameters: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** A contestant in a separate process, kept for all rounds. */
export interface Contestant {
  readonly name: string;
  /** Versions and settings, by its own account. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** From the start of the process to the end of its first step: libraries, graph, compilation and all. */
  readonly millisecondsToFirstStep: number;
  readonly firstLoss: number | null;
  /** Trains the given number of steps. */
  train(steps: number, options?: { readonly losses: boolean }): Promise<StepTimes>;
  /** Largest resident memory of the process so far in bytes, or null where the system does not tell. */
  peakMemory(): number | null;
  end(): Promise<void>;
}

export interface StepTimes {
  /** Of each step. */
  readonly milliseconds: readonly number[];
  /** Cross entropy of each step's batch before the step; null when not asked for: reading it may cost a wait. */
  readonly losses: readonly number[] | null;
}

/**
 * Starts a contestant and trains its first step.
 * @param timeLimit milliseconds until the end of the first step; a compiler may take minutes
 * @throws {Error} with the last lines that the process wrote when it ends or takes too long
 */
export async function startContestant(
  { name, command, parameters, environment }: ContestantCommand,
  timeLimit: number,
  options: { readonly losses: boolean } = { losses: false },
): Promise<Contestant> {
  const started = performance.now();
  const child = spawn(command, parameters, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  const talk = talkWith(name, child);
  const timer = setTimeout(() => child.kill('SIGKILL'), timeLimit);
  try {
    const { ready } = (await talk.reply()) as { ready: Record<string, unknown> };
    const first = (await talk.ask({ steps: 1, losses: options.losses })) as StepTimes;
    return {
      name,
      facts: ready,
      millisecondsToFirstStep: performance.now() - started,
      firstLoss: first.losses?.[0] ?? null,
      train: async (steps, { losses } = { losses: false }) =>
        (await talk.ask({ steps, losses })) as StepTimes,
      peakMemory: () => peakMemoryOf(child.pid),
      end: talk.end,
    };
  } catch (error) {
    const took = performance.now() - started;
    await talk.end();
    if (took < timeLimit) throw error;
    throw new Error(`${name} had not trained a step after ${Math.round(timeLimit / 1000)} s`, {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** Lines of JSON to and from a process. What it writes to its standard error is kept for when it fails. */
function talkWith(name: string, child: ChildProcess) {
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new Error(`${name} has no pipes`);
  const complaints: string[] = [];
  createInterface({ input: stderr }).on('line', (line) => {
    complaints.push(line);
    if (complaints.length > 20) complaints.shift();
  });
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      complaints.push(error.message);
      resolve();
    });
    child.once('close', () => resolve());
  });
  const reply = async (): Promise<unknown> => {
    const line = await lines.next();
    if (line.done === true) {
      await ended;
      throw new Error(`${name} ended: ${complaints.join('\n')}`);
    }
    return JSON.parse(line.value);
  };
  stdin.on('error', () => undefined); // a process that is gone is noticed by its missing reply
  return {
    reply,
    ask: (request: object): Promise<unknown> => {
      stdin.write(`${JSON.stringify(request)}\n`);
      return reply();
    },
    end: async (): Promise<void> => {
      stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Linux keeps the high-water mark of a process where anybody may read it. */
function peakMemoryOf(pid: number | undefined): number | null {
  if (process.platform !== 'linux' || pid === undefined) return null;
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}
