import { escapeXml, svgDocument, textWidth } from '../../charts/export/svg';
import type { Palette } from '../../charts/theme';
import type { TableCells } from './own-rows';

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
