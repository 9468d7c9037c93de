import { expect, it } from 'vitest';
import { counted } from './counted';

it('a count has the form of its noun', () => {
  expect([0, 1, 2].map((count) => counted(count, 'image'))).toEqual(['0 images', '1 image', '2 images']);
  expect(counted(1, 'child', 'children')).toBe('1 child');
  expect(counted(3, 'file is', 'files are')).toBe('3 files are');
  expect(counted(12800, 'child', 'children', (count) => count.toLocaleString('en'))).toBe('12,800 children');
});
