import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mergeOverrides, parseSettings } from '../options/overrides';
import { presets } from '../presets';
import { diagnosticText, strategies, strategyIds } from './strategies';

const { config } = presets.demo;
const set = (...settings: string[]) => mergeOverrides(config, parseSettings(settings)).controller;

describe('strategies', () => {
  it.each(strategyIds)('%s has defaults that its own schema takes, and is what its literal says', (id) => {
    const { options, defaults } = strategies[id];
    expect(options.parse(defaults)).toEqual(defaults);
    expect(defaults.strategy).toBe(id);
  });

  it('that replace another bring their defaults and keep the options that both have', () => {
    expect(set('controller.strategy=evolution')).toEqual(strategies.evolution.defaults);
    expect(set('controller.strategy=random', 'controller.replicas=3')).toEqual({
      strategy: 'random',
      childrenPerUpdate: config.controller.childrenPerUpdate,
      replicas: 3,
      mode: 'asynchronous',
    });
    expect(set('controller.strategy=evolution', 'controller.population=7')).toMatchObject({ population: 7 });
    expect(set('controller.learningRate=0.02')).toEqual({ ...config.controller, learningRate: 0.02 });
  });

  it('refuse the options of others, and names that are none', () => {
    expect(() => set('controller.strategy=random', 'controller.learningRate=0.02')).toThrow(
      'controller.learningRate is not an option here.',
    );
    expect(() => set('controller.population=7')).toThrow('controller.population is not an option here.');
    expect(() => set('controller.strategy=chance')).toThrow(/^controller.strategy must be reinforce, random/);
  });

  it('have the table in the documentation that their descriptions make', () => {
    const text = readFileSync(new URL('../../../docs/strategies.md', import.meta.url), 'utf8');
    const table = text.split(/<!-- \/?strategies -->/)[1] ?? '';
    const rows = table.trim().split('\n').slice(2);
    const cells = rows.map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    expect(cells).toEqual(strategyIds.map((id) => [`\`${id}\``, strategies[id].label, strategies[id].help]));
  });

  it('say what their numbers are called: by key, by family, or as the key reads', () => {
    expect(diagnosticText('reinforce', 'entropy').label).toBe('All decisions');
    expect(diagnosticText('reinforce', 'entropy.filterHeight')).toMatchObject({
      label: 'Filter height',
      unit: 'nats',
      chart: 'Entropy',
    });
    expect(diagnosticText('evolution', 'ownNumber')).toEqual({
      label: 'Own number',
      unit: null,
      chart: 'Own number',
    });
    expect(diagnosticText('of a later release', 'x').label).toBe('X');
  });
});
