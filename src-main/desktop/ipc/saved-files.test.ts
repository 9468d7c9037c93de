import { expect, it } from 'vitest';
import { bytesOf, suggestedName, withEnding } from './saved-files';

it('a suggested name is one that every system takes', () => {
  expect(suggestedName('Reward of "v1/v2": run 3?', 'svg')).toBe('Reward of v1 v2 run 3.svg');
  expect(suggestedName('../../etc/passwd', 'csv')).toBe('etc passwd.csv');
  expect(suggestedName(' . ', 'png')).toBe('Cellsmith.png');
  expect(suggestedName('a'.repeat(200), 'json')).toHaveLength(125);
});

it('a path gets the ending of its kind unless it has it', () => {
  expect(withEnding('/a/chart', 'svg')).toBe('/a/chart.svg');
  expect(withEnding('/a/chart.SVG', 'svg')).toBe('/a/chart.SVG');
  expect(withEnding('/a/search v1.2', 'csv')).toBe('/a/search v1.2.csv');
});

it('only a PNG is written as one', () => {
  const pixel =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  expect(bytesOf('png', pixel)).toEqual(Buffer.from(pixel, 'base64'));
  expect(() => bytesOf('png', Buffer.from('<html>').toString('base64'))).toThrow('could not be rendered');
  expect(bytesOf('csv', 'a,b\r\n')).toBe('a,b\r\n');
});
