import { optionGroups, type OptionGroupName } from '../../option';
import { allOptions, type OptionDescription } from './options';

/** The help of an option with the unit of its numbers: 'Training time after which … (s)'. */
export function helpWithUnit({ help, unit }: Pick<OptionDescription, 'help' | 'unit'>): string {
  return unit === null ? help : `${help} (${unit})`;
}

/** docs/options.md: every option in Markdown. */
export function optionsPage(): string {
  const groups = (Object.keys(optionGroups) as OptionGroupName[]).map((name) => {
    const { title, help } = optionGroups[name];
    const rows = [...allOptions().values()]
      .filter(({ group }) => group === name)
      .map((option) => [
        `\`${option.path}\``,
        option.label,
        helpWithUnit(option),
        option.allowed,
        option.paper ?? '',
      ]);
    return [
      `## ${title}`,
      '',
      help,
      '',
      ...[
        ['option', 'label', 'meaning', 'values', 'paper'],
        Array.from({ length: 5 }, () => '---'),
        ...rows,
      ].map(tableRow),
    ].join('\n');
  });
  return [introduction, ...groups].join('\n\n');
}

const introduction = `# Options

Every option of a search, as \`--set\`, configuration files and the window take it. The last column has the value of the published
searches, where the paper gives one: that of v1 first (of the search on Penn Treebank where only cells have the option), others in
parentheses. This page is written by \`cellsmith config options --markdown\`.`;

function tableRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replace(/[|<>*_]/g, '\\$&')).join(' | ')} |`;
}
