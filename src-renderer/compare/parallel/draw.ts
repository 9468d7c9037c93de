import type { DrawnAxis } from './geometry';

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
