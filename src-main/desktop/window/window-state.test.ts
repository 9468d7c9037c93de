import { expect, it } from 'vitest';
import { placeWindow } from './window-state';

const laptop = { x: 0, y: 25, width: 1280, height: 775 };
const second = { x: 1280, y: 0, width: 1920, height: 1080 };
const saved = { x: 1500, y: 100, width: 1200, height: 800, maximised: false };

it('the first time the window takes its usual size, or what the screen has', () => {
  expect(placeWindow(null, [second])).toEqual({ width: 1440, height: 900 });
  expect(placeWindow(null, [laptop])).toEqual({ width: 1280, height: 775 });
});

it('it comes back where it was', () => {
  expect(placeWindow(saved, [laptop, second])).toEqual({ x: 1500, y: 100, width: 1200, height: 800 });
});

it('when that screen is gone the window comes back to one that is there', () => {
  expect(placeWindow(saved, [laptop])).toEqual({ width: 1200, height: 800 });
});

it('it is never smaller than its pages', () => {
  expect(placeWindow({ ...saved, width: 300, height: 200 }, [second])).toMatchObject({
    width: 1024,
    height: 700,
  });
});
