import { expect, it } from 'vitest';
import { presets } from '../src-shared/config/presets';
import { scheduleMarks, scheduleText } from './tasks';

it('says how large networks are and when they grow', () => {
  const { space } = presets.v1.config;
  expect(scheduleText(space, 0)).toBe(
    'Networks have 6 layers; from child 1,601 on 8, then 2 more every 1,600 children up to 20.',
  );
  expect(scheduleText(space, 1600)).toMatch(/have 8 layers; from child 3,201 on 10/);
  expect(scheduleText(space, 12_000)).toBe('Networks have 20 layers and no longer grow.');
  const fixed = { ...space, blockSize: 3, schedule: { ...space.schedule, growBy: 0 } };
  expect(scheduleText(fixed, 5)).toBe('Networks have 6 blocks of 3 layers and no longer grow.');
  const first = { ...space.schedule, initialLayers: 1, growBy: 1, every: 1 };
  expect(scheduleText({ ...space, schedule: first }, 0)).toMatch(
    /^Networks have 1 layer; from child 2 on 2, then 1 more every child/,
  );
});

it('marks the children with which networks grow, as far as there are any', () => {
  const { space } = presets.v1.config;
  expect(scheduleMarks(space, 1600)).toEqual([]);
  expect(scheduleMarks(space, 4000)).toEqual([
    { x: 1601, label: '8 layers' },
    { x: 3201, label: '10 layers' },
  ]);
  expect(scheduleMarks(space, 100_000).at(-1)).toEqual({ x: 11_201, label: '20 layers' });
  expect(scheduleMarks({ ...space, schedule: { ...space.schedule, growBy: 0 } }, 4000)).toEqual([]);
});
