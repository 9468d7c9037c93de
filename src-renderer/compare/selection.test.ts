import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  mostChildren,
  mostRuns,
  readSelection,
  toggleChild,
  toggleRun,
  writeSelection,
  type Selection,
} from './selection';

const empty: Selection = { folders: [], children: [], view: 'curves' };

it('what the page shows is read back from its address', () => {
  const folder = fc.string({ minLength: 1 });
  fc.assert(
    fc.property(
      fc.uniqueArray(folder, { maxLength: mostRuns }),
      fc.uniqueArray(fc.tuple(fc.nat(9), fc.integer({ min: 1, max: 999 })), {
        maxLength: mostChildren,
        selector: ([place, trial]) => `${place} ${trial}`,
      }),
      (folders, children) => {
        const selection: Selection = {
          folders,
          children: children.flatMap(([place, trial]) => {
            const of = folders[place];
            return of === undefined ? [] : [{ folder: of, trial }];
          }),
          view: 'size',
        };
        expect(readSelection(writeSelection(selection))).toEqual(selection);
      },
    ),
  );
});

it('invalid parts of an address are skipped', () => {
  expect(
    readSelection({ run: '/a', child: ['0.3', '1.2', '0.0', 'x', null, '0.3'], view: 'nonsense' }),
  ).toEqual({
    folders: ['/a'],
    children: [{ folder: '/a', trial: 3 }],
    view: 'curves',
  });
  expect(readSelection({})).toEqual(empty);
  expect(readSelection({ run: Array.from({ length: 40 }, (_, index) => `/${index}`) }).folders).toHaveLength(
    mostRuns,
  );
});

it('a run that is taken away takes its children with it', () => {
  const both = toggleRun(toggleRun(empty, '/a'), '/b');
  const chosen = toggleChild(toggleChild(both, { folder: '/a', trial: 1 }), { folder: '/b', trial: 1 });
  expect(toggleRun(chosen, '/a')).toEqual({
    folders: ['/b'],
    children: [{ folder: '/b', trial: 1 }],
    view: 'curves',
  });
  expect(toggleChild(chosen, { folder: '/b', trial: 1 }).children).toEqual([{ folder: '/a', trial: 1 }]);
});

it('the number of runs and children is limited to what is distinguishable', () => {
  let selection = empty;
  for (let index = 0; index < 40; index++) selection = toggleRun(selection, `/${index}`);
  for (let trial = 1; trial < 40; trial++) selection = toggleChild(selection, { folder: '/0', trial });
  expect([selection.folders.length, selection.children.length]).toEqual([mostRuns, mostChildren]);
});
