import { describe, expect, it } from 'vitest';
import { migrate, migrateConfig, type Migration } from './migrations';
import { parseConfig } from './parse-config';
import { presets } from './presets';
import { configVersion } from './search-config';

describe('stored configurations', () => {
  it('of this version stay as they are', () => {
    expect(migrateConfig(presets.demo.config)).toEqual(presets.demo.config);
  });

  it('of version 1 get the options that there are since', () => {
    const { budget, earlyStopping, trainers, ...rest } = presets.demo.config;
    const { count, threads, device } = trainers;
    const { multiplyAdds, ...limits } = budget;
    expect([earlyStopping.rule, multiplyAdds, trainers.gpuMemory]).toEqual(['none', null, null]);
    const first = { ...rest, budget: limits, version: 1, trainers: { count, threads, device } };
    expect(migrateConfig(first)).toEqual(presets.demo.config);
    expect(() => parseConfig({ ...first, trainers: 3 })).toThrow(/trainers.count/);
  });

  it('of version 2 have replicas that do not wait for each other', () => {
    const { mode, ...controller } = presets.v1.config.controller;
    expect(mode).toBe('asynchronous');
    expect(migrateConfig({ ...presets.v1.config, version: 2, controller })).toEqual(presets.v1.config);
    expect(() => parseConfig({ ...presets.v1.config, version: 2, controller: 3 })).toThrow(/controller/);
  });

  it('of version 5 keep the options of their strategy alone', () => {
    const { controller } = presets.v1.config;
    expect(migrateConfig({ ...presets.v1.config, version: 5 })).toEqual(presets.v1.config);
    const random = { ...presets.v1.config, version: 5, controller: { ...controller, strategy: 'random' } };
    expect(parseConfig(random).controller).toEqual({
      strategy: 'random',
      childrenPerUpdate: 8,
      replicas: 100,
      mode: 'asynchronous',
    });
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
