import { expect, it } from 'vitest';
import { pathToOpen } from './arguments';

const there = (path: string): boolean => ['/data/images', '/home/me/run'].includes(path);

it('the first thing that is there is opened, whatever switches stand around it', () => {
  const packaged = (...words: string[]) => pathToOpen(['/opt/cellsmith', ...words], true, '/home/me', there);
  expect(packaged('/data/images')).toBe('/data/images');
  expect(packaged('--no-sandbox', 'run', '--flag')).toBe('/home/me/run');
  expect(packaged('/nowhere', '/data/images')).toBe('/data/images');
  expect(packaged('--no-sandbox')).toBeNull();
});

it('from the sources the application itself is not what is to be opened', () => {
  const words = ['/electron', '--no-sandbox', '/data/images'];
  expect(pathToOpen(words, false, '/', there)).toBeNull();
  expect(pathToOpen([...words, '/home/me/run'], false, '/', there)).toBe('/home/me/run');
});
