import { z } from 'zod';
import { grouped, option } from '../../option';
import { evolution } from './evolution';
import { fixed } from './fixed';
import { random } from './random';
import { reinforce } from './reinforce';
import type { DiagnosticText, StrategyDescription } from './strategy-description';

/** Every strategy by its id, in the order of lists; `create` of each is in src-main/strategy/strategies.ts. */
export const strategies = { reinforce, random, evolution, fixed } as const;

export type StrategyId = keyof typeof strategies;
export type OptionsOf<Id extends StrategyId> = z.output<(typeof strategies)[Id]['options']>;
/** The options of any strategy. */
export type ControllerConfig = OptionsOf<StrategyId>;

export const strategyIds = Object.keys(strategies) as readonly StrategyId[];

type Options = (typeof strategies)[StrategyId]['options'];

/** The group `controller` of a configuration: the options of the strategy that it names. */
export const controllerSchema = grouped(
  'controller',
  option(
    z.discriminatedUnion(
      'strategy',
      Object.values(strategies).map(({ options }) => options) as unknown as readonly [Options, ...Options[]],
    ),
    {
      label: 'Strategy',
      help: strategyIds.map((id) => `${id}: ${strategies[id].help}`).join(' '),
      paper: { v1: 'reinforce' },
    },
  ),
);

/** A strategy whose id comes from outside: undefined for one that this Cellsmith does not know. */
export function findStrategy(id: string): StrategyDescription | undefined {
  return strategyIds.some((known) => known === id) ? strategies[id as StrategyId] : undefined;
}

/** The description of a number that a strategy reported; a number without one is called by its key. */
export function diagnosticText(strategy: string, key: string): DiagnosticText {
  const known = findStrategy(strategy)?.diagnostics ?? {};
  const [family = key, ...member] = key.split('.');
  const own = known[key];
  if (own !== undefined) return own;
  const shared = member.length === 0 ? undefined : known[`${family}.*`];
  if (shared !== undefined) return { ...shared, label: sentenceCase(member.join('.')) };
  return { label: sentenceCase(key), unit: null, chart: sentenceCase(key) };
}

/** 'filterHeight' → 'Filter height'. */
export function sentenceCase(name: string): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
