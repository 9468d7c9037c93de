import { createHash } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { z } from 'zod';
import { CellsmithError, errorMessage } from '../../src-shared/errors';
import { epochRecordSchema } from '../../src-shared/tasks/data-kinds';
import { type NamedTensor, readSafetensors, writeSafetensors } from './safetensors';
import type { ChildCheckpoints, ChildState } from './child-state';

/** Where a child's checkpoints are written, and how often. */
export interface CheckpointPlan {
  /** Absolute path; its folder exists. */
  readonly file: string;
  readonly everyEpochs: number;
}

const format = 'cellsmith-checkpoint-1';

/** 32 bits, read as a signed or an unsigned number. */
const word = z.int().min(-0x80000000).max(0xffffffff);
const contentSchema = z.strictObject({
  /** Hash of the child, seed and data. */
  subject: z.string(),
  epochs: z.array(epochRecordSchema).min(1),
  generators: z.record(z.string(), z.tuple([word, word, word, word])),
});
type Content = z.infer<typeof contentSchema>;

/**
 * Keeps the last checkpoint of a child in one file, replaced atomically. A file that is damaged, or of
 * another child, is removed, and the child starts over.
 *
 * @param subject everything that determines the child: architecture, recipe, seed and data
 * @param log receives a line about each problem
 */
export function checkpointFile(
  { file, everyEpochs }: CheckpointPlan,
  subject: unknown,
  log: (line: string) => void,
): ChildCheckpoints {
  const own = sha256([JSON.stringify(subject)]);
  const drop = (reason: string): void => {
    log(`The checkpoint ${file} is dropped: ${reason}. The child starts over.`);
    rmSync(file, { force: true });
  };
  let complained = false;
  return {
    everyEpochs,
    drop,
    read: () => {
      if (!existsSync(file)) return undefined;
      try {
        const { subject: found, ...state } = readState(file);
        if (found === own) return state;
        drop('it belongs to another network, recipe or data set');
      } catch (error) {
        drop(errorMessage(error));
      }
      return undefined;
    },
    write: (state) => {
      try {
        writeState(file, own, state);
      } catch (error) {
        if (!complained)
          log(
            `The checkpoint ${file} could not be written: ${errorMessage(error)}. Training continues without it.`,
          );
        complained = true;
      }
    },
  };
}

function writeState(file: string, subject: string, { epochs, generators, tensors }: ChildState): void {
  const content: Content = {
    subject,
    epochs: [...epochs],
    generators: Object.fromEntries(
      Object.entries(generators).map(([name, [a, b, c, d]]) => [name, [a, b, c, d]]),
    ),
  };
  const text = JSON.stringify(content);
  writeSafetensors(file, { tensors, metadata: { format, content: text, sha256: sumOf(text, tensors) } });
}

function readState(file: string): ChildState & Pick<Content, 'subject'> {
  const { tensors, metadata } = readSafetensors(file);
  const { content = '' } = metadata;
  if (metadata['format'] !== format || metadata['sha256'] !== sumOf(content, tensors))
    throw new CellsmithError('run.damaged', 'it is damaged');
  const parsed = contentSchema.safeParse(JSON.parse(content));
  if (!parsed.success)
    throw new CellsmithError('run.damaged', 'its content does not match its schema', { cause: parsed.error });
  return { ...parsed.data, tensors };
}

/** Checksum of a state. */
function sumOf(content: string, tensors: readonly NamedTensor[]): string {
  const names = JSON.stringify(tensors.map(({ name, shape }) => [name, shape]));
  const bytes = tensors.map(
    ({ values }) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  );
  return sha256([content, names, ...bytes]);
}

function sha256(parts: readonly (string | Uint8Array)[]): string {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part);
  return sum.digest('hex');
}
