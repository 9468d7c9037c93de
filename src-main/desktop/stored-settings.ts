import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { settingsSchema } from '../../src-shared/ipc/states';
import { writeAtomically } from '../runs/files/write-atomically';
import { windowStateSchema } from './window/window-state';

const storedSchema = z.strictObject({
  ...settingsSchema.shape,
  window: windowStateSchema.nullable(),
  /** Where runs are kept, when the user has chosen it here. */
  runsFolder: z.string().nullable(),
});
export type StoredSettings = z.infer<typeof storedSchema>;

const initial: StoredSettings = {
  theme: 'system',
  notify: true,
  trainers: { count: 1, device: 'auto' },
  window: null,
  runsFolder: null,
};

/** What the program remembers of its user between two starts. */
export interface SettingsFile {
  readonly current: StoredSettings;
  change(changes: Partial<StoredSettings>): void;
}

/** Settings stored in a file; defaults if it is missing or damaged. */
export function settingsFile(path: string): SettingsFile {
  let current = read(path);
  return {
    get current() {
      return current;
    },
    change: (changes) => {
      current = { ...current, ...changes };
      mkdirSync(dirname(path), { recursive: true });
      writeAtomically(path, `${JSON.stringify(current, null, 2)}\n`);
    },
  };
}

function read(path: string): StoredSettings {
  try {
    const stored = z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(path, 'utf8')));
    // A file of an older version lacks newer settings.
    return storedSchema.parse({ ...initial, ...stored });
  } catch {
    return initial;
  }
}
