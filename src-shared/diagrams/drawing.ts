/** What a shape represents; the window and the writer of files each give it a colour. */
export type Tone =
  | 'convolution'
  | 'pooling'
  | 'plain'
  | 'merge'
  | 'end'
  | 'node'
  | 'injected'
  | 'read'
  | 'wire'
  | 'text'
  | 'soft';

/** A piece of a label; `sub` sets it as a subscript. */
export interface TextRun {
  readonly text: string;
  readonly sub?: true;
}

export type Shape =
  | {
      readonly kind: 'box';
      readonly tone: Tone;
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
    }
  /** A line, in the syntax of SVG paths. */
  | { readonly kind: 'line'; readonly tone: Tone; readonly path: string }
  /** A filled outline, such as the head of an arrow. */
  | { readonly kind: 'fill'; readonly tone: Tone; readonly path: string }
  | {
      readonly kind: 'label';
      readonly tone: Tone;
      readonly x: number;
      /** Of the baseline. */
      readonly y: number;
      readonly anchor: 'start' | 'middle' | 'end';
      readonly runs: readonly TextRun[];
    };

/** Shapes that belong together. */
export interface Part {
  /** For screen readers; null for lines and remarks, which cannot be chosen. */
  readonly name: string | null;
  /** The layer or node that it is; of a line, the two that it joins. */
  readonly of: number | readonly [from: number, to: number] | null;
  readonly shapes: readonly Shape[];
}

/** A diagram in device-independent pixels, first parts lowest. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly parts: readonly Part[];
}

/** Size of labels and of their subscripts, pixels. */
export const labelSize = 13;
export const subscriptSize = 12;

/** 'h_{t−1}' and 'W_12' as runs: what follows '_' is a subscript, one character or what braces hold. */
export function runsOf(label: string): readonly TextRun[] {
  const runs: TextRun[] = [];
  for (const [, text, braced, single] of label.matchAll(/([^_]+)|_(?:\{([^}]*)\}|(\d+|.))/gu)) {
    if (text !== undefined) runs.push({ text });
    else runs.push({ text: braced ?? single ?? '', sub: true });
  }
  return runs;
}

export function label(
  tone: Tone,
  x: number,
  y: number,
  anchor: 'start' | 'middle' | 'end',
  text: string,
): Shape {
  return { kind: 'label', tone, x, y, anchor, runs: runsOf(text) };
}

/** Rounded to a tenth of a pixel. */
export function tenth(value: number): number {
  return Math.round(10 * value) / 10;
}
