import { escapeXml, svgDocument, textWidth, type Size } from '../../charts/export/svg';
import type { Palette } from '../../charts/theme';
import { linePieces, type Plot, type Strokes } from './draw';
import { axisMarks, type DrawnAxis } from './geometry';

/** Parallel coordinates as an image. */
export function parallelSvg(
  title: string,
  axes: readonly DrawnAxis[],
  strokes: readonly Strokes[],
  palette: Palette,
  size: Size,
  text: (key: string, value: number) => string,
): string {
  const [left, right] = [48, size.width - 64];
  const plot: Plot = {
    xs: axes.map((_, index) => left + (index / Math.max(1, axes.length - 1)) * (right - left)),
    top: 84,
    bottom: size.height - 20,
  };
  const lines = strokes.map(({ colour, alpha, width, networks }) => {
    const d = networks.flatMap((network) =>
      linePieces(axes, plot, network).map(
        (piece) => `M${piece.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}`,
      ),
    );
    return `<path d="${d.join('')}" fill="none" stroke="${colour}" stroke-opacity="${alpha}" stroke-width="${width}"/>`;
  });
  const drawn = axes.map(({ axis }, index) => {
    const x = plot.xs[index] ?? 0;
    const marks = axisMarks(axis, (value) => text(axis.key, value)).map(({ height, text: label }) => {
      const y = plot.bottom - height * (plot.bottom - plot.top);
      const wide = textWidth(label) + 4;
      return (
        `<rect x="${(x + 3).toFixed(1)}" y="${(y - 8).toFixed(1)}" width="${wide.toFixed(1)}" height="16" fill="${palette.raised}" fill-opacity="0.8"/>` +
        `<text x="${(x + 5).toFixed(1)}" y="${(y + 4).toFixed(1)}">${escapeXml(label)}</text>`
      );
    });
    return (
      `<text x="${x.toFixed(1)}" y="56" text-anchor="middle" fill="${palette.soft}">${escapeXml(axis.label[0])}</text>` +
      `<text x="${x.toFixed(1)}" y="72" text-anchor="middle" fill="${palette.soft}">${escapeXml(axis.label[1])}</text>` +
      `<line x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${plot.top}" y2="${plot.bottom}" stroke="${palette.soft}"/>${marks.join('')}`
    );
  });
  const head = `<text x="16" y="24" font-size="15" font-weight="600">${escapeXml(title)}</text>`;
  return svgDocument(size, title, palette, `${head}<g>${lines.join('')}</g>${drawn.join('')}`);
}
