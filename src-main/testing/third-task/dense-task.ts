import { createHash } from 'node:crypto';
import { z } from 'zod';
import { option } from '../../../src-shared/option';
import { label, type Drawing, type Part } from '../../../src-shared/diagrams/drawing';
import { CellsmithError } from '../../../src-shared/errors';
import type { Decision, DecisionPoint, SearchSpace } from '../../../src-shared/search-space';
import type { Costs, Task } from '../../../src-shared/tasks/task';
import { tableData, tableRecipeSchema, type TableDescription, type TableRecipe } from './table-data';

const activations = ['relu', 'tanh'] as const;
const unitsSchema = z.int().min(1).max(1024);

const denseSpaceSchema = z.strictObject({
  kind: z.literal('dense'),
  layers: option(z.array(z.int().min(1).max(8)).min(1), {
    label: 'Layers',
    help: 'Numbers of hidden layers to choose from.',
  }),
  units: option(z.array(unitsSchema).min(1), {
    label: 'Units',
    help: 'Numbers of units per layer to choose from.',
  }),
  activations: option(z.array(z.enum(activations)).min(1), {
    label: 'Activations',
    help: 'Activations to choose from.',
  }),
});
export type DenseSpace = z.infer<typeof denseSpaceSchema>;

const denseArchitectureSchema = z.strictObject({
  kind: z.literal('dense'),
  layers: z
    .array(z.strictObject({ units: unitsSchema, activation: z.enum(activations) }))
    .min(1)
    .max(8),
});
export type DenseArchitecture = z.infer<typeof denseArchitectureSchema>;

const denseSettingSchema = z.strictObject({ inputs: z.int().min(1), classes: z.int().min(2) });
export type DenseSetting = z.infer<typeof denseSettingSchema>;

const denseChildSchema = z.strictObject({
  kind: z.literal('table'),
  architecture: denseArchitectureSchema,
  recipe: tableRecipeSchema,
});
export type DenseChild = z.infer<typeof denseChildSchema>;

/** Dense networks on rows of a table. */
export const denseTask: Task<
  DenseSpace,
  TableRecipe,
  TableDescription,
  DenseArchitecture,
  DenseSetting,
  DenseChild
> = {
  kind: 'dense',
  data: tableData,
  words: {
    one: 'dense network',
    many: 'dense networks',
    full: 'dense networks',
    unnamed: 'Dense network',
    needsData: 'A search for dense networks needs a table: name it with --data.',
  },
  spaceSchema: denseSpaceSchema,
  checkSpace: () => undefined,
  decisions: denseSpace,
  depthAt: () => 1,
  step: () => ({ name: 'Layer', layers: null }),
  count: ({ layers, units, activations: functions }) =>
    layers.reduce((sum, depth) => sum + BigInt(units.length * functions.length) ** BigInt(depth), 0n),
  decode: (space, _depth, decisions) => decodeDense(space, decisions),
  architectureSchema: denseArchitectureSchema,
  settingSchema: denseSettingSchema,
  setting: (_architecture, _recipe, { columns, classes }) => ({
    inputs: columns.length,
    classes: classes.length,
  }),
  costs: denseCosts,
  hash: ({ layers }) => createHash('sha256').update(JSON.stringify(layers)).digest('hex').slice(0, 32),
  summary: ({ layers }, setting) =>
    `${layers.map(({ units, activation }) => `${units} ${activation}`).join(', ')}, ${denseCosts({ kind: 'dense', layers }, setting).parameters} parameters`,
  table: ({ layers }, { inputs, classes }) =>
    [
      `${inputs} inputs`,
      ...layers.map(({ units, activation }, index) => `${index + 1}  ${units} units, ${activation}`),
      `${classes} classes`,
    ].join('\n'),
  draw: drawDense,
  childSchema: denseChildSchema,
  child: (architecture, recipe) => ({ kind: 'table', architecture, recipe }),
};

/** The number of layers, then units and activation of each. */
function denseSpace({ layers, units, activations: functions }: DenseSpace): SearchSpace {
  const vocabulary = { layers, units, activation: functions };
  return {
    vocabulary,
    hasAnchors: false,
    next: (decisions): DecisionPoint | undefined => {
      const [depth] = decisions;
      const position = decisions.length;
      if (position === 0) return { kind: 'choice', name: 'layers', layer: 0, options: layers };
      const wanted = typeof depth === 'number' ? (layers[depth] ?? 0) : 0;
      if (position > 2 * wanted) return undefined;
      const name = position % 2 === 1 ? 'units' : 'activation';
      return { kind: 'choice', name, layer: Math.ceil(position / 2), options: vocabulary[name] };
    },
  };
}

function decodeDense(space: DenseSpace, decisions: readonly Decision[]): DenseArchitecture {
  const pick = <T>(from: readonly T[], position: number): T => {
    const decision = decisions[position];
    const value = typeof decision === 'number' ? from[decision] : undefined;
    if (value === undefined)
      throw new CellsmithError('architecture.invalid', `Decision ${position + 1} is none of this space.`);
    return value;
  };
  const depth = pick(space.layers, 0);
  if (decisions.length !== 1 + 2 * depth)
    throw new CellsmithError('architecture.invalid', `${depth} layers take ${1 + 2 * depth} decisions.`);
  const layers = Array.from({ length: depth }, (_, layer) => ({
    units: pick(space.units, 1 + 2 * layer),
    activation: pick(space.activations, 2 + 2 * layer),
  }));
  return { kind: 'dense', layers };
}

function denseCosts({ layers }: DenseArchitecture, { inputs, classes }: DenseSetting): Costs {
  const widths = [inputs, ...layers.map(({ units }) => units), classes];
  const products = widths.slice(1).map((width, index) => width * (widths[index] ?? 0));
  const multiplyAdds = products.reduce((sum, product) => sum + product, 0);
  const units = widths.slice(1).reduce((sum, width) => sum + width, 0);
  return { parameters: multiplyAdds + units, multiplyAdds, activationBytes: 8 * units };
}

const [boxWidth, boxHeight, gap] = [160, 32, 16] as const;

/** A column of boxes, the inputs on top. */
function drawDense({ layers }: DenseArchitecture, { inputs, classes }: DenseSetting): Drawing {
  const names = [
    `${inputs} inputs`,
    ...layers.map(({ units, activation }) => `${units} units, ${activation}`),
    `${classes} classes`,
  ];
  const parts = names.map((name, index): Part => {
    const y = index * (boxHeight + gap);
    const box = { kind: 'box', tone: 'node', x: 0, y, width: boxWidth, height: boxHeight } as const;
    return { name, of: index, shapes: [box, label('text', boxWidth / 2, y + 21, 'middle', name)] };
  });
  return { width: boxWidth, height: names.length * (boxHeight + gap) - gap, parts };
}
