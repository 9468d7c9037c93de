import { expect, it } from 'vitest';
import { pathsToOpen } from './paths-to-open';

it('what is opened before there is a window that listens is told when there is one, once and in order', () => {
  const told: string[] = [];
  const paths = pathsToOpen((path) => told.push(path));
  paths.open('/one');
  paths.open('/two');
  expect(told).toEqual([]);
  paths.listens();
  expect(told).toEqual(['/one', '/two']);
  paths.open('/three');
  paths.isGone();
  paths.open('/four');
  paths.listens();
  expect(told).toEqual(['/one', '/two', '/three', '/four']);
});
