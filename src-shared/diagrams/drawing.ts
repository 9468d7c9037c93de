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
interface TextRun {
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
const labelSize = 13;
const subscriptSize = 12;

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

/** Colours of the light theme: [of lines and letters, of areas]. */
const colours: Readonly<Record<Tone, readonly [line: string, area: string]>> = {
  convolution: ['#0072b2', '#e1eef6'],
  pooling: ['#b8860b', '#faf1dc'],
  plain: ['#8b8b88', '#f6f6f4'],
  merge: ['#a83200', '#fbeae3'],
  end: ['#8b8b88', '#ececea'],
  node: ['#0072b2', '#e1eef6'],
  injected: ['#a83200', '#fbeae3'],
  read: ['#006b4e', '#e0f2ec'],
  wire: ['#8b8b88', '#8b8b88'],
  text: ['#1d1d1f', '#1d1d1f'],
  soft: ['#5a5a5e', '#5a5a5e'],
};

/** Space around a drawing in a file, pixels. */
const margin = 16;

/**
 * A drawing as a self-contained file of SVG: no style sheet, no script, nothing from elsewhere, fonts by generic family.
 * @param title accessible name and heading
 */
export function svgOf(drawing: Drawing, title: string): string {
  const head = 28;
  const width = Math.ceil(drawing.width + 2 * margin);
  const height = Math.ceil(drawing.height + 2 * margin + head);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="sans-serif" font-size="${labelSize}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${margin}" y="${margin + 12}" font-size="15" font-weight="600" fill="${colours.text[0]}">${escaped(title)}</text>`,
    `<g transform="translate(${margin} ${margin + head})">`,
    ...drawing.parts.map((part) => `<g>${part.shapes.map(shapeText).join('')}</g>`),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function shapeText(shape: Shape): string {
  const [line, area] = colours[shape.tone];
  switch (shape.kind) {
    case 'box':
      return `<rect x="${shape.x}" y="${shape.y}" width="${shape.width}" height="${shape.height}" rx="4" fill="${area}" stroke="${line}"/>`;
    case 'line':
      return `<path d="${shape.path}" fill="none" stroke="${line}"/>`;
    case 'fill':
      return `<path d="${shape.path}" fill="${line}"/>`;
    case 'label': {
      const runs = shape.runs.map(({ text, sub }, index) => {
        // A subscript lowers what follows; the next run brings it back.
        const lowered = shape.runs[index - 1]?.sub === true;
        const shift = sub === true && !lowered ? ' dy="3"' : sub !== true && lowered ? ' dy="-3"' : '';
        const size = sub === true ? ` font-size="${subscriptSize}"` : '';
        return `<tspan${shift}${size}>${escaped(text)}</tspan>`;
      });
      return `<text x="${shape.x}" y="${shape.y}" text-anchor="${shape.anchor}" fill="${line}">${runs.join('')}</text>`;
    }
  }
}

/** Text as XML holds it: its markup escaped, characters invalid in XML 1.0 removed. */
function escaped(text: string): string {
  return Array.from(text)
    .filter(isXmlCharacter)
    .join('')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** Neither a control character nor half of a surrogate pair. */
function isXmlCharacter(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return /[\t\n\r]/.test(character);
  return (code < 0xd800 || code > 0xdfff) && code !== 0xfffe && code !== 0xffff;
}
