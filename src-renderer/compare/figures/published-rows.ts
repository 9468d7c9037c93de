import { shortCount } from '../../../src-shared/architecture/conv/conv-text';
import type { OwnRow, PlacedRow, PublishedTable } from '../../../src-shared/published-tables';
import { taskOfSpace } from '../../../src-shared/tasks/searched';
import type { Cell } from '../../charts/csv';
import { dataView } from '../../tasks';
import { rankingOf, type ComparedRun } from '../compared';
import { escapeXml, svgDocument, textWidth } from '../../charts/svg';
import type { Palette } from '../../charts/theme';

/** The best network of a run as a row of a published table. Its figure is of the validation set: a search never sees the test set. */
interface OwnBest extends OwnRow {
  readonly run: string;
  readonly trial: number;
  readonly depth: number | null;
  readonly parameters: number;
  /** Whether the run is about the very data of the table. */
  readonly sameData: boolean;
}

/** The best network of each run that is about the task of a table. */
export function ownRows(table: PublishedTable, runs: readonly ComparedRun[]): OwnBest[] {
  return runs.flatMap(({ label, detail }): OwnBest[] => {
    const [best] = rankingOf(detail);
    const reached = best?.measure ?? null;
    const { config, dataset, summary } = detail;
    const measured = table.number === 1 ? 'accuracy' : 'perplexity';
    if (best === undefined || reached === null || summary.measure !== measured) return [];
    const { layers } = taskOfSpace(config.space).step(config.space);
    const { description } = dataset;
    return [
      {
        figure: table.number === 1 ? 100 * (1 - reached) : reached,
        run: label,
        trial: best.number,
        depth: layers === null ? null : best.depth * layers,
        parameters: best.parameters,
        sameData: dataView(description.kind).publishedTable(description) === table.number,
      },
    ];
  });
}

/** '38.6M' and '2M', as the tables have them. */
function millions(parameters: number, decimals: number): string {
  return `${(parameters / 1e6).toFixed(decimals)}M`;
}

/** A table as texts, for the window, for images and for other programs. */
interface TableCells {
  readonly head: readonly string[];
  readonly numeric: readonly boolean[];
  readonly rows: readonly {
    readonly kind: 'published' | 'paper' | 'own';
    readonly shown: readonly string[];
    /** Exact numbers. */
    readonly cells: readonly Cell[];
  }[];
}

/** @param rows those of the table with own ones in their place */
export function publishedCells(table: PublishedTable, rows: readonly PlacedRow<OwnBest>[]): TableCells {
  const withDepth = table.number === 1;
  const columns = [
    'Place',
    'Model',
    'Source',
    ...(withDepth ? ['Depth'] : []),
    'Parameters',
    table.measure,
    'Measured on',
  ];
  return {
    head: columns,
    numeric: columns.map((column) => ['Place', 'Depth', 'Parameters', table.measure].includes(column)),
    rows: rows.map(({ place, row }) => {
      if (row.kind === 'own') {
        const { figure, run, trial, depth, parameters, sameData } = row.row;
        const on = sameData ? 'validation' : 'validation, other data';
        const name = `${run}, child ${trial}`;
        return {
          kind: 'own',
          shown: [
            String(place),
            `◆ ${name}`,
            'this program',
            ...(withDepth ? [depth === null ? '–' : String(depth)] : []),
            shortCount(parameters),
            figure.toFixed(table.decimals),
            on,
          ],
          cells: [place, name, 'this program', ...(withDepth ? [depth] : []), parameters, figure, on],
        };
      }
      const { model, source, depth, parameters, parametersEstimated, figure } = row.row;
      return {
        kind: source === null ? 'paper' : 'published',
        shown: [
          String(place),
          model,
          source ?? 'the paper',
          ...(withDepth ? [depth === null ? '–' : String(depth)] : []),
          parameters === null
            ? '–'
            : `${millions(parameters, withDepth ? 1 : 0)}${parametersEstimated ? ' ‡' : ''}`,
          figure.toFixed(table.decimals),
          'test',
        ],
        cells: [
          place,
          model,
          source ?? 'the paper',
          ...(withDepth ? [depth] : []),
          parameters,
          figure,
          'test',
        ],
      };
    }),
  };
}

const rowHeight = 22;

/** A table as an image. */
export function tableSvg(title: string, { head, numeric, rows }: TableCells, palette: Palette): string {
  const lines = [head, ...rows.map(({ shown }) => shown)];
  const widths = head.map(
    (_, column) => 16 + Math.max(...lines.map((line) => textWidth(line[column] ?? ''))),
  );
  const lefts = widths.map(
    (_, column) => 16 + widths.slice(0, column).reduce((sum, width) => sum + width, 0),
  );
  const size = {
    width: Math.ceil(32 + widths.reduce((sum, width) => sum + width, 0)),
    height: 56 + rowHeight * lines.length,
  };
  const drawn = lines.map((line, index) => {
    const y = 56 + rowHeight * index;
    const kind = rows[index - 1]?.kind;
    const ground =
      kind === 'own'
        ? `<rect x="12" y="${y - 15}" width="${size.width - 24}" height="${rowHeight}" fill="${palette.own}" fill-opacity="0.15"/>`
        : '';
    const texts = line.map((cell, column) => {
      const [left = 0, width = 0] = [lefts[column], widths[column]];
      const place =
        numeric[column] === true
          ? `x="${(left + width - 16).toFixed(1)}" text-anchor="end"`
          : `x="${left.toFixed(1)}"`;
      return `<text ${place} y="${y}"${index === 0 || kind === 'own' ? ' font-weight="600"' : ''}>${escapeXml(cell)}</text>`;
    });
    return `${ground}${texts.join('')}<line x1="12" x2="${size.width - 12}" y1="${y + 7}" y2="${y + 7}" stroke="${palette.line}"/>`;
  });
  const heading = `<text x="16" y="26" font-size="15" font-weight="600">${escapeXml(title)}</text>`;
  return svgDocument(size, title, palette, heading + drawn.join(''));
}
