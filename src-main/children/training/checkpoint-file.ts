import { createHash } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { z } from 'zod';
import { CellsmithError, errorMessage } from '../../../src-shared/errors';
import { epochRecordSchema } from '../../../src-shared/tasks/data-kinds';
import { type NamedTensor, readSafetensors, writeSafetensors } from '../safetensors';
import type { ChildCheckpoints, ChildState } from './child-state';

/** Where a child's states are kept, and how often. */
export interface CheckpointPlan {
  /** Absolute path; its folder exists. */
  readonly file: string;
  readonly everyEpochs: number;
}

const format = 'cellsmith-checkpoint-1';

/** 32 bits, whether they are read with a sign or without. */
const word = z.int().min(-0x80000000).max(0xffffffff);
const contentSchema = z.strictObject({
  /** What the state is of. */
  subject: z.string(),
  epochs: z.array(epochRecordSchema).min(1),
  generators: z.record(z.string(), z.tuple([word, word, word, word])),
});
type Content = z.infer<typeof contentSchema>;

/**
 * Keeps the states of a child in one file, each in the place of the one before, whole or not at all. A file that is damaged, or of
 * another child, is removed, and the child begins anew.
 *
 * @param subject all that decides what the child becomes: its architecture and recipe, its seed, its data
 * @param log gets a line about whatever went wrong
 */
export function checkpointFile(
  { file, everyEpochs }: CheckpointPlan,
  subject: unknown,
  log: (line: string) => void,
): ChildCheckpoints {
  const own = sha256([JSON.stringify(subject)]);
  const drop = (reason: string): void => {
    log(`The checkpoint ${file} is dropped: ${reason}. The child begins anew.`);
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
        drop('it is of another network, recipe or data set');
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
            `The checkpoint ${file} could not be written: ${errorMessage(error)}. The child trains on without.`,
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
    throw new CellsmithError('run.damaged', 'its content is of another form', { cause: parsed.error });
  return { ...parsed.data, tensors };
}

/** A sum over all that a state is. */
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
