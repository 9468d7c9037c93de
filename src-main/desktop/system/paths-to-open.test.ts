import { expect, it } from 'vitest';
import { pathsToOpen } from './paths-to-open';

it('paths opened before a window listens are sent when one does, once and in order', () => {
  const sent: string[] = [];
  const paths = pathsToOpen((path) => sent.push(path));
  paths.open('/one');
  paths.open('/two');
  expect(sent).toEqual([]);
  paths.listens();
  expect(sent).toEqual(['/one', '/two']);
  paths.open('/three');
  paths.isGone();
  paths.open('/four');
  paths.listens();
  expect(sent).toEqual(['/one', '/two', '/three', '/four']);
});
