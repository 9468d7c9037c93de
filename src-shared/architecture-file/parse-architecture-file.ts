import { tasks } from '../tasks/tasks';
import { CellsmithError } from '../errors';
import {
  architectureFileSchema,
  architectureFormat,
  architectureVersion,
  firstVersionSchema,
  type ArchitectureFile,
  type FileModel,
} from './architecture-file';

/** Limit on the size of a file; characters. */
export const largestArchitectureFile = 32 * 1024 * 1024;

/**
 * Reads the text of an architecture file of any version, which may come from anywhere: its form is checked, then that nodes refer to
 * what is there, then that its counts are those of its architecture.
 * @param name how errors call the file
 * @throws {CellsmithError} 'architecture.invalid', naming the field and what it must be
 */
export function parseArchitectureFile(text: string, name: string): ArchitectureFile {
  const wrong = (what: string, cause?: unknown): CellsmithError =>
    new CellsmithError('architecture.invalid', `${name} ${what}`, { cause });
  if (text.length > largestArchitectureFile)
    throw wrong(`is too large for an architecture file (${Math.round(text.length / 1024 / 1024)} MB).`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw wrong('is not JSON: save the architecture again.', error);
  }
  const { format, version } = (typeof json === 'object' && json !== null ? json : {}) as Partial<
    Record<'format' | 'version', unknown>
  >;
  if (format !== architectureFormat)
    throw wrong(`is no architecture file of Cellsmith: its format should be "${architectureFormat}".`);
  if (typeof version === 'number' && Number.isInteger(version) && version > architectureVersion)
    throw wrong(
      `has version ${version}, and this Cellsmith knows versions up to ${architectureVersion}. Open it with a newer Cellsmith.`,
    );
  const parsed = (version === 1 ? firstVersionSchema : architectureFileSchema).safeParse(json);
  if (!parsed.success) {
    const issues = parsed.error.issues
      .slice(0, 3)
      .map((issue) => `${pathText(issue.path)}: ${issue.message}`);
    throw wrong(`is damaged. ${issues.join('; ')}.`, parsed.error);
  }
  const file = parsed.data;
  const counts = countsIn(file, wrong);
  for (const field of ['parameters', 'multiplyAdds'] as const)
    if (file[field] !== counts[field])
      throw wrong(`is damaged. ${field}: is ${file[field]}, but its architecture has ${counts[field]}.`);
  return file;
}

/** @param wrong makes the error of a network whose shapes do not suit each other */
function countsIn(
  file: ArchitectureFile,
  wrong: (what: string, cause: unknown) => CellsmithError,
): ReturnType<typeof countsOf> {
  try {
    return countsOf(file);
  } catch (error) {
    if (error instanceof CellsmithError) throw wrong(`is damaged. ${error.message}`, error);
    throw error;
  }
}

/** The file as indented text. */
export function architectureFileText(file: ArchitectureFile): string {
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** What an architecture costs on its task. */
export function countsOf({ kind, architecture, task }: FileModel): {
  readonly parameters: number;
  readonly multiplyAdds: number;
} {
  const { parameters, multiplyAdds } = tasks.of(kind).costs(architecture, task);
  return { parameters, multiplyAdds };
}

/** 'architecture.layers[3].inputs[0]', or 'the file' for the whole. */
function pathText(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return text === '' ? 'the file' : text.replace(/^\./, '');
}
