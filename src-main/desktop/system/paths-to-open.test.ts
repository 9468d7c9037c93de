import { expect, it } from 'vitest';
import { pathsToOpen, pathToOpen } from './paths-to-open';

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

const there = (path: string): boolean => ['/data/images', '/home/me/run'].includes(path);

it('the first existing path is opened, regardless of the switches around it', () => {
  const packaged = (...words: string[]) => pathToOpen(['/opt/cellsmith', ...words], true, '/home/me', there);
  expect(packaged('/data/images')).toBe('/data/images');
  expect(packaged('--no-sandbox', 'run', '--flag')).toBe('/home/me/run');
  expect(packaged('/nowhere', '/data/images')).toBe('/data/images');
  expect(packaged('--no-sandbox')).toBeNull();
});

it('when run from source, the application folder itself is not opened', () => {
  const words = ['/electron', '--no-sandbox', '/data/images'];
  expect(pathToOpen(words, false, '/', there)).toBeNull();
  expect(pathToOpen([...words, '/home/me/run'], false, '/', there)).toBe('/home/me/run');
});
