import type { Generator } from '../../../src-shared/random';
import { mutatedBytes } from './mutate-bytes';

type Container = Record<string, unknown> | unknown[];

/** Stand for text that is put in as it is: values that no program would write. */
const raw: Readonly<Record<string, string>> = {
  '@deep arrays@': '['.repeat(20_000) + ']'.repeat(20_000),
  '@deep groups@': '{"a":'.repeat(20_000) + '1' + '}'.repeat(20_000),
  '@past all numbers@': '1e999',
  '@many@': `[${'0,'.repeat(50_000)}0]`,
  '@pollution@': '{"__proto__":{"polluted":1}}',
  '@twice@': '{"a":1,"a":2}',
};

const hostileValues: readonly unknown[] = [
  ...Object.keys(raw),
  null,
  true,
  -1,
  0,
  0.5,
  -0.0,
  2 ** 31,
  2 ** 53,
  1e308,
  '',
  'x'.repeat(20_000),
  '../../../etc/passwd',
  '/dev/zero',
  'a\u0000b',
  '\u001b[2J\u0007',
  '\ud800',
  '__proto__',
  'NaN',
  [],
  {},
  [[[]]],
  { constructor: { prototype: { polluted: 1 } } },
];
const hostileKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'length',
  '0',
  '',
  '../x',
  'k'.repeat(20_000),
];

/** The text of a JSON document after one to three changes to its values or, as often, to its characters. */
export function mutatedJson(text: string, draw: Generator): string {
  if (draw.integer(2) === 0)
    return new TextDecoder().decode(mutatedBytes(new TextEncoder().encode(text), draw));
  return hostileText(mutatedValue(JSON.parse(text), draw));
}

/** A JSON value with one to three of the values in it changed, taken out, renamed, doubled or exchanged. */
export function mutatedValue(value: unknown, draw: Generator): unknown {
  const whole: { document: unknown } = { document: structuredClone(value) };
  for (let change = draw.integer(3); change >= 0; change--) {
    const places = placesIn(whole);
    // The document itself may have been taken out.
    if (places.length === 0) break;
    const [container, key] = places[draw.integer(places.length)] ?? [whole, 'document'];
    changePlace(container, key, places, draw);
  }
  return whole.document;
}

/** JSON of a value that may hold placeholders of hostile text. */
export function hostileText(value: unknown): string {
  const json = (JSON.stringify(value) as string | undefined) ?? '';
  return Object.entries(raw).reduce((text, [name, put]) => text.replaceAll(`"${name}"`, put), json);
}

export function hostileValue(draw: Generator): unknown {
  return structuredClone(hostileValues[draw.integer(hostileValues.length)]);
}

/** Every place of a value: the container and the key in it. */
function placesIn(root: Container): [Container, string][] {
  const places: [Container, string][] = [];
  const open: Container[] = [root];
  for (let container = open.pop(); container !== undefined; container = open.pop())
    for (const [key, inner] of Object.entries(container)) {
      places.push([container, key]);
      if (isContainer(inner)) open.push(inner);
    }
  return places;
}

function changePlace(
  container: Container,
  key: string,
  places: readonly [Container, string][],
  draw: Generator,
): void {
  const old = valueAt(container, key);
  switch (draw.integer(7)) {
    case 0:
      Reflect.deleteProperty(container, key);
      return;
    case 1:
      Reflect.deleteProperty(container, key);
      put(container, hostileKeys[draw.integer(hostileKeys.length)] ?? '', old);
      return;
    case 2:
      put(
        isContainer(old) ? old : container,
        hostileKeys[draw.integer(hostileKeys.length)] ?? '',
        hostileValue(draw),
      );
      return;
    case 3: {
      // Values of the document itself are those that come nearest to being right. A copy: nothing may come to hold itself.
      const [other, name] = places[draw.integer(places.length)] ?? [container, key];
      put(container, key, structuredClone(valueAt(other, name)));
      return;
    }
    case 4:
      if (Array.isArray(old)) put(container, key, Array.from({ length: 40 }, () => old as unknown[]).flat());
      else if (typeof old === 'number') put(container, key, old * 10 ** (draw.integer(12) - 3));
      else if (typeof old === 'string') put(container, key, `${old}${old}`);
      return;
    default:
      put(container, key, hostileValue(draw));
  }
}

function valueAt(container: Container, key: string): unknown {
  return Object.getOwnPropertyDescriptor(container, key)?.value;
}

/** As a property of its own, whatever its name is. */
function put(container: Container, key: string, value: unknown): void {
  if (Array.isArray(container) && key === 'length') return;
  Object.defineProperty(container, key, { value, enumerable: true, configurable: true, writable: true });
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}
