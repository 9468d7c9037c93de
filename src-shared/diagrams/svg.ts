import { labelSize, subscriptSize, type Drawing, type Shape, type Tone } from './drawing';

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
