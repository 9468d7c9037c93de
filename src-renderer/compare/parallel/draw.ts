import { type DrawnAxis, axisMarks } from './axes';
import { escapeXml, svgDocument, textWidth, type Size } from '../../charts/svg';
import type { Palette } from '../../charts/theme';

/**
 * Lines that are drawn in a frame at first, at least and at most. A canvas is painted after the frame's script has ended, so only the
 * time between frames shows what lines cost on this machine.
 */
const pace = { first: 120, least: 25, most: 1500 };
/** Milliseconds between frames below which more are drawn in the next one, and above which fewer. */
const [quick, slow] = [22, 40];
/** More by little: a frame's cost is known some frames later. */
const growth = 1.25;

/** Positions of the axes, in pixels. */
export interface Plot {
  /** Of each axis. */
  readonly xs: readonly number[];
  readonly top: number;
  readonly bottom: number;
}

/** Lines of one look, in the order in which they are drawn. */
export interface Strokes {
  readonly colour: string;
  readonly alpha: number;
  readonly width: number;
  readonly networks: readonly number[];
}

/** The pieces of a network's line: it is broken where it has nothing on an axis. Pairs of x and y. */
export function linePieces(
  axes: readonly DrawnAxis[],
  { xs, top, bottom }: Plot,
  network: number,
): [number, number][][] {
  const pieces: [number, number][][] = [];
  let piece: [number, number][] = [];
  for (const [index, { spread }] of axes.entries()) {
    const height = spread[network] ?? NaN;
    if (Number.isNaN(height)) {
      if (piece.length > 1) pieces.push(piece);
      piece = [];
    } else piece.push([xs[index] ?? 0, bottom - height * (bottom - top)]);
  }
  if (piece.length > 1) pieces.push(piece);
  return pieces;
}

/**
 * Draws lines over several frames, so that thousands of them never block the window.
 * @returns how to stop
 */
export function drawLines(
  context: CanvasRenderingContext2D,
  axes: readonly DrawnAxis[],
  plot: Plot,
  strokes: readonly Strokes[],
): () => void {
  let [stroke, line, frame, many, before] = [0, 0, 0, pace.first, 0];
  const draw = (now: number): void => {
    if (before > 0 && now - before < quick) many = Math.min(pace.most, Math.ceil(growth * many));
    else if (before > 0 && now - before > slow) many = Math.max(pace.least, Math.round(many / 2));
    before = now;
    for (let left = many; left > 0;) {
      const look = strokes[stroke];
      if (look === undefined) return;
      const networks = look.networks.slice(line, line + left);
      strokeLines(context, axes, plot, look, networks);
      left -= networks.length;
      line += networks.length;
      if (line >= look.networks.length) [stroke, line] = [stroke + 1, 0];
    }
    frame = requestAnimationFrame(draw);
  };
  frame = requestAnimationFrame(draw);
  return () => cancelAnimationFrame(frame);
}

/** Draws lines of one look in one path. */
function strokeLines(
  context: CanvasRenderingContext2D,
  axes: readonly DrawnAxis[],
  plot: Plot,
  { colour, alpha, width }: Strokes,
  networks: readonly number[],
): void {
  context.strokeStyle = colour;
  context.globalAlpha = alpha;
  context.lineWidth = width;
  context.beginPath();
  for (const network of networks)
    for (const piece of linePieces(axes, plot, network))
      for (const [index, [x, y]] of piece.entries())
        if (index === 0) context.moveTo(x, y);
        else context.lineTo(x, y);
  context.stroke();
}

/** Hit distance of a line, in pixels. */
const reach = 6;

/** The network whose line is closest to a position in pixels between two axes; null when none is near. */
export function networkAt(
  axes: readonly DrawnAxis[],
  { xs, top, bottom }: Plot,
  networks: readonly number[],
  x: number,
  y: number,
): number | null {
  const after = xs.findIndex((axis) => axis > x);
  const [left, right] = [axes[after - 1], axes[after]];
  const [from, to] = [xs[after - 1], xs[after]];
  if (left === undefined || right === undefined || from === undefined || to === undefined) return null;
  const share = (x - from) / (to - from);
  const span = bottom - top;
  let [nearest, least]: [number | null, number] = [null, reach];
  for (const network of networks) {
    const [start, end] = [left.spread[network] ?? NaN, right.spread[network] ?? NaN];
    // Across the line, not along the vertical: steep lines are as easy to hit as flat ones.
    const slope = ((end - start) * span) / (to - from);
    const distance = Math.abs(bottom - (start + share * (end - start)) * span - y) / Math.hypot(1, slope);
    // Of lines over each other the last is on top. NaN is never near.
    if (distance <= least) [nearest, least] = [network, distance];
  }
  return nearest;
}

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
