import { expect, it } from 'vitest';
import { presets } from '../../src-shared/config/presets';
import { scheduleText } from './layer-schedule';

it('says how large networks are and when they grow', () => {
  const { space } = presets.v1.config;
  expect(scheduleText(space, 0)).toBe(
    'Networks have 6 layers; from child 1,601 on 8, then 2 more every 1,600 children up to 20.',
  );
  expect(scheduleText(space, 1600)).toMatch(/have 8 layers; from child 3,201 on 10/);
  expect(scheduleText(space, 12_000)).toBe('Networks have 20 layers, and grow no more.');
  const fixed = { ...space, blockSize: 3, schedule: { ...space.schedule, growBy: 0 } };
  expect(scheduleText(fixed, 5)).toBe('Networks have 6 blocks of 3 layers, and grow no more.');
});
