import { expect, it } from 'vitest';
import { bold, shownText, type Terminal } from './terminal';

it('passes no control sequence to a terminal but its own bold', () => {
  const strong = bold({ colours: true } as Terminal, 'best');
  expect(shownText(`a\tb\n${strong} Größe 🙂`)).toBe(`a\tb\n${strong} Größe 🙂`);
  // Clears the screen, sets the title of the window, begins a sequence in one byte, overwrites the line, turns the direction of writing.
  expect(shownText('\u001b[2J \u001b]0;x\u0007 \u009b2J a\rb \u202e')).toBe(
    '\ufffd[2J \ufffd]0;x\ufffd \ufffd2J a\ufffdb \ufffd',
  );
});
