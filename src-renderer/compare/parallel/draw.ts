import type { DrawnAxis } from './geometry';

/** Lines that are drawn at one go: a canvas is quicker with many in one path, and the window stays awake between paths. */
const linesAtOnce = 250;
/** Milliseconds of a frame that drawing may take. */
const frameBudget = 10;

/** Where the axes stand, in pixels. */
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
 * Draws lines over several frames, so that thousands of them never hold up the window.
 * @returns how to stop
 */
export function drawLines(
  context: CanvasRenderingContext2D,
  axes: readonly DrawnAxis[],
  plot: Plot,
  strokes: readonly Strokes[],
  onDone: () => void = () => undefined,
): () => void {
  const parts = strokes.flatMap((stroke) =>
    Array.from({ length: Math.ceil(stroke.networks.length / linesAtOnce) }, (_, part) => ({
      stroke,
      networks: stroke.networks.slice(part * linesAtOnce, (part + 1) * linesAtOnce),
    })),
  );
  let next = 0;
  let frame = 0;
  const draw = (): void => {
    const began = performance.now();
    for (let part = parts[next]; part !== undefined; part = parts[++next]) {
      if (performance.now() - began > frameBudget) {
        frame = requestAnimationFrame(draw);
        return;
      }
      context.strokeStyle = part.stroke.colour;
      context.globalAlpha = part.stroke.alpha;
      context.lineWidth = part.stroke.width;
      context.beginPath();
      for (const network of part.networks)
        for (const piece of linePieces(axes, plot, network))
          for (const [index, [x, y]] of piece.entries())
            if (index === 0) context.moveTo(x, y);
            else context.lineTo(x, y);
      context.stroke();
    }
    context.globalAlpha = 1;
    onDone();
  };
  draw();
  return () => cancelAnimationFrame(frame);
}
