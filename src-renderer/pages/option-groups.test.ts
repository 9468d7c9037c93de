import { expect, it } from 'vitest';
import { optionHelp } from '../../src-shared/config/options/option-help';
import { presetNames, presets } from '../../src-shared/config/presets/presets';
import { groupOptions } from './option-groups';

it('every option that can be set is in one group', () => {
  for (const name of presetNames) {
    const options = optionHelp(presets[name].config).filter(({ value }) => value !== undefined);
    const grouped = groupOptions(options).flatMap((group) => group.options.map(({ path }) => path));
    const settable = options.map(({ path }) => path).filter((path) => !/^preset$|^\w+\.kind$/.test(path));
    expect(grouped.toSorted()).toEqual(settable.toSorted());
  }
});
