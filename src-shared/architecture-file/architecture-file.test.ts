import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeConv } from '../tasks/conv/decode-conv';
import { hashConv } from '../architecture/conv/hash-conv';
import { layeredNetworkOf, networkOfLayers, type LayeredNetwork } from '../architecture/conv/layered-network';
import { nasCell, activations, combinations, nodeCount } from '../architecture/cell/recurrent-cell';
import { publishedV1 } from '../zoo/nas-v1';
import { CellsmithError } from '../errors';
import { convSpace } from '../tasks/conv/conv-space';
import { drawSample } from '../testing/conv-samples';
import {
  architectureFormat,
  architectureVersion,
  type ArchitectureFile,
  architectureSvg,
  architectureFileText,
  countsOf,
  parseArchitectureFile,
} from './architecture-file';
import { tokensOf } from './token';

const head = { format: architectureFormat, version: architectureVersion } as const;

/** Networks of any space, as children of a run. */
const networkFiles: fc.Arbitrary<ArchitectureFile> = fc
  .infiniteStream(fc.nat())
  .map((numbers) => drawSample(6, (bound) => numbers.next().value % bound))
  .map(({ config, depth, decisions }) => {
    const architecture = decodeConv(config, depth, decisions);
    const task = { height: 8, width: 9, channels: 3, classes: 4 };
    const { parameters, multiplyAdds } = countsOf({ kind: 'conv', architecture, task });
    const tokens = tokensOf(
      convSpace(config),
      depth,
      decisions,
      decisions.map((_, index) => -(index + 1) / 7),
    );
    return {
      ...head,
      kind: 'conv',
      architecture,
      task,
      parameters,
      multiplyAdds,
      origin: {
        run: { id: 'a-b', name: 'Näme' },
        trial: 1 + decisions.length,
        state: 'completed',
        hash: hashConv(architecture),
        tokens,
        reward: 0.125,
        validation: { measure: 'accuracy', value: 0.5 },
        trainedFor: 1234.5,
      },
    };
  });

const operations = fc.record({
  combination: fc.constantFrom(...combinations),
  activation: fc.constantFrom(...activations),
});
const cellFiles: fc.Arbitrary<ArchitectureFile> = fc
  .record({ base: fc.constantFrom(2, 4, 8, 16), hidden: fc.integer({ min: 1, max: 900 }) })
  .chain(({ base, hidden }) =>
    fc.record({
      architecture: fc.record({
        kind: fc.constant('cell' as const),
        base: fc.constant(base),
        nodes: fc.array(operations, { minLength: nodeCount(base), maxLength: nodeCount(base) }),
        inject: operations,
        readNode: fc.nat(nodeCount(base) - 1),
        injectedNode: fc.nat(nodeCount(base) - 1),
      }),
      task: fc.record({
        level: fc.constantFrom('word' as const, 'character' as const),
        vocabulary: fc.integer({ min: 3, max: 10_000 }),
        layers: fc.constantFrom(1, 2),
        hidden: fc.constant(hidden),
        sharedEmbeddings: fc.boolean(),
      }),
    }),
  )
  .map((drawn) => {
    const file = { kind: 'cell', ...drawn } as const;
    return { ...head, ...file, ...countsOf(file), origin: null };
  });

const task = { height: 32, width: 32, channels: 3, classes: 10 };
const network = { kind: 'conv', architecture: publishedV1, task } as const;
const countsIn = (file: Parameters<typeof countsOf>[0]) => {
  const { parameters, multiplyAdds } = countsOf(file);
  return { parameters, multiplyAdds };
};
const good: ArchitectureFile & { kind: 'conv' } = {
  ...head,
  ...network,
  ...countsIn(network),
  origin: null,
};

/** The file with one value, found by its path, in place of another; undefined takes it out. */
function changed(path: readonly (string | number)[], value: unknown): string {
  const file: unknown = JSON.parse(architectureFileText(good));
  let place = file as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) place = place[key] as Record<string | number, unknown>;
  place[path.at(-1) ?? ''] = value;
  return JSON.stringify(file);
}

function problemOf(text: string): string {
  try {
    parseArchitectureFile(text, 'net.json');
  } catch (error) {
    expect(error).toBeInstanceOf(CellsmithError);
    if (error instanceof CellsmithError) {
      expect(error.code).toBe('architecture.invalid');
      return error.message;
    }
  }
  return '';
}

describe('an architecture file', () => {
  it('comes back as it was written, networks and cells alike', () => {
    fc.assert(
      fc.property(fc.oneof(networkFiles, cellFiles), (file) => {
        expect(parseArchitectureFile(architectureFileText(file), 'x.json')).toEqual(file);
      }),
    );
  });

  it('of version 1 opens as the same architecture', () => {
    const recorded = (name: string) =>
      readFileSync(new URL(`fixtures/${name}-version-1.json`, import.meta.url), 'utf8');
    const cell = parseArchitectureFile(recorded('cell'), 'cell.json');
    expect(cell.architecture).toEqual(nasCell);
    expect(cell.version).toBe(architectureVersion);
    const text = recorded('network');
    const file = parseArchitectureFile(text, 'net.json');
    if (file.kind !== 'conv') throw new Error('no network');
    const { architecture, origin } = JSON.parse(text) as { architecture: LayeredNetwork; origin: unknown };
    expect(layeredNetworkOf(file.architecture)).toEqual(architecture);
    expect(file.origin).toEqual(origin);
    expect(hashConv(file.architecture)).toBe(file.origin?.hash);
    expect(parseArchitectureFile(architectureFileText(file), 'net.json')).toEqual(file);
    const wrong = text.replace(/"inputs": \[\s*0,/, '"inputs": [ 9,');
    expect(problemOf(wrong)).toMatch(/architecture\.layers\[1\]\.inputs\[0\]: .*before layer 2/);
  });

  it('is drawn as it was before networks became graphs', () => {
    const recorded = JSON.parse(
      readFileSync(new URL('../architecture/conv/fixtures/networks-of-layers.json', import.meta.url), 'utf8'),
    ) as readonly { readonly architecture: LayeredNetwork; readonly svgSha256: string }[];
    for (const { architecture, svgSha256 } of recorded) {
      const drawn = { kind: 'conv', architecture: networkOfLayers(architecture), task } as const;
      const svg = architectureSvg({ ...head, ...drawn, ...countsIn(drawn), origin: null });
      expect(createHash('sha256').update(svg).digest('hex')).toBe(svgSha256);
    }
  });

  it('holds the tokens of a child so that its network can be read from them', () => {
    fc.assert(
      fc.property(networkFiles, ({ origin }) => {
        for (const token of origin?.tokens ?? [])
          if (token.kind === 'anchor')
            expect(token.candidates).toEqual([...Array(token.layer).keys()].slice(1));
          else expect(token.options[token.choice]).toBeDefined();
      }),
    );
  });

  it.each([
    [['architecture', 'nodes', 2, 'inputs', 0], 3, /architecture\.nodes\[2\]\.inputs\[0\]: .*before node 3/],
    [['architecture', 'nodes', 2, 'inputs'], [], /architecture\.nodes\[2\]\.inputs: /],
    [['architecture', 'nodes', 2, 'inputs'], [1, 1], /inputs: must not name an input twice/],
    [['architecture', 'nodes', 0, 'filters'], 1e300, /architecture\.nodes\[0\]\.filters: /],
    [['architecture', 'nodes', 0, 'filters'], '36', /architecture\.nodes\[0\]\.filters: /],
    [['architecture', 'nodes', 0, 'kind'], 'attention', /architecture\.nodes\[0\]\.kind: /],
    [['architecture', 'nodes', 46, 'units'], 9, /gives 1×1×9, not one logit for each of 10 classes/],
    [['architecture'], null, /architecture: /],
    [['task', 'classes'], 0, /task\.classes: /],
    [['parameters'], 7, /parameters: is 7, but its architecture has 4\d{6}/],
    [['multiplyAdds'], undefined, /multiplyAdds: /],
    [['surprise'], 1, /the file: .*surprise/],
    [['__proto__x'], 1, /__proto__x/],
    [['kind'], 'transformer', /kind: /],
    [['version'], 3, /has version 3, and this Cellsmith knows versions up to 2/],
    [['version'], 1, /architecture: /],
    [['version'], '1', /version: /],
    [['format'], 'other', /is no architecture file of Cellsmith/],
    [['origin'], { trial: 1 }, /origin\.run: /],
  ])('with %j as %j is refused with the field named', (path, value, sentence) => {
    const message = problemOf(changed(path, value));
    expect(message).toMatch(/^net\.json /);
    expect(message).toMatch(sentence);
  });

  it('names what is wrong in a cell', () => {
    const base = {
      ...head,
      kind: 'cell',
      architecture: nasCell,
      parameters: 1,
      multiplyAdds: 1,
      origin: null,
    };
    const task = { level: 'word', vocabulary: 10, layers: 1, hidden: 2, sharedEmbeddings: false };
    const wrong = (cell: object) =>
      problemOf(JSON.stringify({ ...base, task, architecture: { ...nasCell, ...cell } }));
    for (const base of [1, 6, 32])
      expect(wrong({ base })).toMatch(/architecture\.base: must be one of 2, 4, 8, 16/);
    expect(wrong({ base: 4 })).toMatch(/architecture\.nodes: must be 7 operations for base 4, not 15/);
    expect(wrong({ readNode: 15 })).toMatch(/architecture\.readNode: must be a node from 0 to 14/);
    expect(wrong({ inject: { combination: 'divide', activation: 'tanh' } })).toMatch(/inject\.combination/);
    expect(wrong({})).toMatch(/parameters: is 1, but its architecture has/);
  });

  it.each(['', '{', 'null', '[]', '7', '"cellsmith-architecture"', '{"format":null}'])(
    'of the text %j is refused',
    (text) => {
      expect(problemOf(text)).toMatch(/^net\.json is (not JSON|no architecture file)/);
    },
  );

  it('is refused after any change, never with another error', () => {
    fc.assert(
      fc.property(fc.nat(), fc.jsonValue(), (position, value) => {
        // Any one value of the file becomes any other.
        const paths: (string | number)[][] = [];
        const visit = (node: unknown, path: (string | number)[]): void => {
          if (path.length > 0) paths.push(path);
          if (typeof node === 'object' && node !== null)
            for (const [key, child] of Object.entries(node)) visit(child, [...path, key]);
        };
        visit(good, []);
        const text = changed(paths[position % paths.length] ?? [], value);
        try {
          parseArchitectureFile(text, 'x');
        } catch (error) {
          expect(error).toBeInstanceOf(CellsmithError);
        }
      }),
    );
  });
});
