import { z } from 'zod';
import { CellsmithError } from '../errors';
import { mostChoices } from '../search-space';
import { allDiffer, type Complain } from '../option';
import type { Task } from './task';
import { tasks, type BuiltInTask } from './tasks';

type TaskKind = z.infer<BuiltInTask['spaceSchema']>['kind'];
type GivenArchitecture = z.infer<BuiltInTask['architectureSchema']>;

/** An architecture of a list, and what of its recipe is not that of the run. */
export interface GivenChild {
  /** What lists call it: 'resnet-20', 'demo-12'. */
  readonly name: string;
  readonly architecture: GivenArchitecture;
  /** Options that replace those of the run's recipe, each as a whole: `{ epochs: 39 }`. */
  readonly recipe: Readonly<Record<string, unknown>>;
  /** The child of a run that it was; null for an architecture from elsewhere. */
  readonly origin: {
    readonly run: { readonly id: string; readonly name: string };
    readonly trial: number;
  } | null;
}

/** A list of children as a search space with one decision: which of them. */
export interface GivenSpaceConfig {
  readonly kind: 'given';
  /** The task whose architectures they are. */
  readonly task: TaskKind;
  readonly children: readonly GivenChild[];
}

/** The form of {@link GivenSpaceConfig}. No task can be registered after it was made. */
export function givenSpaceSchema(): z.ZodObject {
  const child = z.strictObject({
    name: z.string().min(1).max(200),
    architecture: z.union(tasks.all().map(({ architectureSchema }) => architectureSchema)),
    recipe: z.record(z.string(), z.unknown()),
    origin: z
      .strictObject({
        run: z.strictObject({ id: z.string().min(1).max(200), name: z.string().max(200) }),
        trial: z.int().min(1),
      })
      .nullable(),
  });
  return z.strictObject({
    kind: z.literal('given'),
    task: z.enum(tasks.all().map(({ kind }) => kind)),
    children: z
      .array(child)
      .min(1)
      .max(mostChoices)
      .refine((children) => allDiffer(children.map(({ name }) => name)), 'must have different names'),
  });
}

/** Reports children whose architecture is none of the task's. */
export function checkGivenSpace({ task, children }: GivenSpaceConfig, complain: Complain): void {
  const { architectureSchema, words } = tasks.of(task);
  for (const [place, { architecture }] of children.entries())
    if (!architectureSchema.safeParse(architecture).success)
      complain(`space.children.${place}.architecture`, `must be one of ${words.full}`);
}

/** What of a task depends on its space, for a list. */
export const givenDecisions: Pick<
  Task<GivenSpaceConfig>,
  'decisions' | 'depthAt' | 'step' | 'count' | 'decode'
> = {
  decisions: ({ children }) => {
    const options = children.map(({ name }) => name);
    return {
      vocabulary: { child: options },
      hasAnchors: false,
      next: (decisions) =>
        decisions.length === 0 ? { kind: 'choice', name: 'child', layer: 0, options } : undefined,
    };
  },
  depthAt: () => 1,
  step: () => ({ name: 'Child', layers: null }),
  count: ({ children }) => BigInt(children.length),
  decode: ({ children }, _depth, [decision]) => {
    const child = typeof decision === 'number' ? children[decision] : undefined;
    if (child !== undefined) return child.architecture;
    throw new CellsmithError('architecture.invalid', 'This decision names none of the given children.');
  },
};
