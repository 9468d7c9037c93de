import { allOptions, helpWithUnit, optionsPage } from '../../src-shared/config/options/options';
import { findPreset, presetNames, presets } from '../../src-shared/config/presets';
import { exitCodes } from './exit-codes';
import { table } from './tables';
import { bold, writeJson, writeLine, type Terminal } from './terminal';

/** `cellsmith config presets`. */
export function presetsCommand(terminal: Terminal, { json }: { readonly json: boolean }): number {
  if (json) for (const name of presetNames) writeJson(terminal, { preset: name, ...presets[name] });
  else
    for (const name of presetNames) {
      const { title, summary, note } = presets[name];
      writeLine(terminal, `${bold(terminal, name)}: ${title}`);
      writeLine(terminal, `  ${summary}`);
      writeLine(terminal, `  ${note}`);
    }
  return exitCodes.ok;
}

/** `cellsmith config show`: a preset as a file for `--config`. */
export function showPresetCommand(terminal: Terminal, name: string): number {
  writeLine(terminal, JSON.stringify(findPreset(name).config, null, 2));
  return exitCodes.ok;
}

/** `cellsmith config options`: the options that `--set` accepts. */
export function optionsCommand(
  terminal: Terminal,
  { json, markdown }: { readonly json: boolean; readonly markdown: boolean },
): number {
  const options = [...allOptions().values()];
  if (json)
    for (const { path, label, help, paper, unit, group, isAdvanced, allowed } of options)
      writeJson(terminal, { option: path, label, help, allowed, unit, paper, group, advanced: isAdvanced });
  else if (markdown) writeLine(terminal, optionsPage());
  else
    writeLine(
      terminal,
      table(
        terminal,
        ['option', 'meaning', 'in the paper'],
        options.map((option) => [option.path, helpWithUnit(option), option.paper ?? '']),
      ),
    );
  return exitCodes.ok;
}
