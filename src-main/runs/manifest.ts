import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { migrateConfig } from '../../src-shared/config/migrations';
import { searchConfigSchema } from '../../src-shared/config/search-config';
import { datasetDescriptionSchema } from '../../src-shared/tasks/data-kinds';
import { CellsmithError } from '../../src-shared/errors';
import { requireOwnRun } from './files/own-files';
import { writeAtomically } from './files/write-atomically';

/** Schema version of run.json. */
export const manifestVersion = 1;

/** Upper bound of its size, in bytes. */
const largestManifest = 64 * 1024 * 1024;

/** Contents of run.json: all that is needed to understand a run, or to resume it on another machine. */
export const runManifestSchema = z.strictObject({
  schema: z.literal(manifestVersion),
  /** Identifies the run wherever its folder is moved. */
  id: z.string().min(1),
  /** Milliseconds since 1970. */
  createdAt: z.int(),
  config: searchConfigSchema,
  dataset: z.strictObject({
    /** Its path when the run was created. */
    location: z.string(),
    fingerprint: z.string(),
    description: datasetDescriptionSchema,
  }),
  /** All randomness derives from these: the seed of the controller and the children, and that of the validation split. */
  seeds: z.strictObject({ search: z.int(), split: z.int() }),
  /** Name → version of the program and its platform when the run was created. */
  software: z.record(z.string(), z.string()),
});
export type RunManifest = z.infer<typeof runManifestSchema>;

export function manifestFile(run: string): string {
  return join(run, 'run.json');
}

/** @throws CellsmithError 'run.not-writable' */
export function writeManifest(run: string, manifest: RunManifest): void {
  writeAtomically(manifestFile(run), `${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * @throws CellsmithError 'run.not-found' when the folder holds no run, 'run.newer-version', 'run.damaged'
 */
export function readManifest(run: string): RunManifest {
  const path = manifestFile(run);
  requireOwnRun(run);
  let text: string;
  try {
    if (statSync(path).size > largestManifest) throw new RangeError('It is too large.');
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const missing =
      error instanceof Error && 'code' in error && /^(ENOENT|ENOTDIR)$/.test(String(error.code));
    throw missing
      ? new CellsmithError('run.not-found', `${run} is not the folder of a run: it has no run.json.`, {
          cause: error,
        })
      : new CellsmithError('run.damaged', `${path} cannot be read: check its permissions and its size.`, {
          cause: error,
        });
  }
  return parseManifest(text, path);
}

function parseManifest(text: string, path: string): RunManifest {
  const damaged = (reason: string, cause: unknown): CellsmithError =>
    new CellsmithError('run.damaged', `${path} is damaged (${reason}); restore it from a copy of the run.`, {
      cause,
    });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw damaged('it is not JSON', error);
  }
  const versions = z
    .looseObject({ schema: z.int(), config: z.looseObject({ version: z.int() }) })
    .safeParse(json);
  if (!versions.success) throw damaged('it names no schema version', versions.error);
  if (versions.data.schema > manifestVersion)
    throw new CellsmithError(
      'run.newer-version',
      `${path} was written by a newer release of Cellsmith: install that release to open it.`,
    );
  const parsed = runManifestSchema.safeParse({
    ...versions.data,
    config: migrateConfig(versions.data.config),
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw damaged(
    issue === undefined ? 'it does not match the schema' : `${issue.path.join('.')}: ${issue.message}`,
    parsed.error,
  );
}
