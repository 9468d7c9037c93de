import { describe, expect, it } from 'vitest';
import { migrate, migrateConfig, type Migration } from './migrations';
import { parseConfig } from './parse-config';
import { presets } from './presets';
import { configVersion } from './search-config';

describe('stored configurations', () => {
  it('of this version stay as they are', () => {
    expect(migrateConfig(presets.demo.config)).toEqual(presets.demo.config);
  });

  it('of version 1 get the options that trainers have since', () => {
    const { count, threads, device } = presets.demo.config.trainers;
    const first = { ...presets.demo.config, version: 1, trainers: { count, threads, device } };
    expect(migrateConfig(first)).toEqual(presets.demo.config);
    expect(() => parseConfig({ ...first, trainers: 3 })).toThrow(/trainers.count/);
  });

  it('of a newer Cellsmith are refused with what to do', () => {
    const newer = { ...presets.demo.config, version: configVersion + 1 };
    expect(() => migrateConfig(newer)).toThrow(expect.objectContaining({ code: 'run.newer-version' }));
    expect(() => migrateConfig(newer)).toThrow(/newer Cellsmith/);
  });

  it.each([undefined, null, 3, [], {}, { version: '1' }, { version: 0 }, { version: 1.5 }])(
    'that are none are refused: %j',
    (value) => {
      expect(() => migrateConfig(value)).toThrow(expect.objectContaining({ code: 'config.invalid' }));
    },
  );

  it('pass through every migration from their version on, in order', () => {
    const steps: Migration[] = [
      ({ old, ...rest }) => ({ ...rest, renamed: old }),
      (stored) => ({ ...stored, added: true }),
    ];
    expect(migrate({ version: 1, old: 5 }, 3, steps)).toEqual({ version: 3, renamed: 5, added: true });
    expect(migrate({ version: 2, renamed: 5 }, 3, steps)).toEqual({ version: 3, renamed: 5, added: true });
    expect(migrate({ version: 3, renamed: 5 }, 3, steps)).toEqual({ version: 3, renamed: 5 });
  });
});
