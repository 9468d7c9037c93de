import { writeFileSync } from 'node:fs';
import { nasCell } from '../../../../src-shared/architecture/cell/recurrent-cell';
import { publishedV1 } from '../../../../src-shared/zoo/nas-v1';
import {
  architectureFormat,
  architectureVersion,
  countsOf,
  parseArchitectureFile,
} from '../../../../src-shared/architecture-file/architecture-file';
import {
  configOfFile,
  looksLikeConfig,
  parseConfigFile,
} from '../../../../src-shared/config/options/overrides';
import { parseSettings } from '../../../../src-shared/config/options/overrides';
import { presets } from '../../../../src-shared/config/presets';
import { tasks } from '../../../../src-shared/tasks/tasks';
import { oldTrainingTables, readOldTraining, trainingFiles } from '../../../runs/old-training';
import { epochOf } from '../../synthetic-pool';
import type { FuzzTarget } from '../fuzz';
import { hostileText, hostileValue, mutatedJson } from '../mutate-json';

const networkTask = { height: 32, width: 32, channels: 3, classes: 10 };
const cellTask = { level: 'word', vocabulary: 100, layers: 2, hidden: 8, sharedEmbeddings: false } as const;
const network = { kind: 'conv', architecture: publishedV1, task: networkTask } as const;
const cell = { kind: 'cell', architecture: nasCell, task: cellTask } as const;

/** Architecture files, of a network and of a cell. */
export const architectureTarget: FuzzTarget = {
  name: 'architecture file',
  prepare: () => {
    const head = { format: architectureFormat, version: architectureVersion, origin: null };
    const texts = [network, cell].map((file) => JSON.stringify({ ...head, ...file, ...countsOf(file) }));
    return (draw) => {
      const file = parseArchitectureFile(mutatedJson(texts[draw.integer(2)] ?? '', draw), 'net.json');
      tasks.of(file.kind).costs(file.architecture, file.task);
    };
  },
};

/** Configuration files, whole and in part, and settings of the command line. */
export const configurationTarget: FuzzTarget = {
  name: 'configuration',
  prepare: () => {
    const texts = [
      ...Object.values(presets).map(({ config }) => JSON.stringify(config)),
      JSON.stringify({ preset: 'v1', recipe: { epochs: 3 }, space: { pooling: { kind: 'none' } } }),
    ];
    const options = [
      'recipe.epochs',
      'space.filters',
      '__proto__.polluted',
      'recipe.constructor',
      'budget.hours',
      '',
    ];
    return (draw) => {
      if (draw.integer(8) === 0) {
        const option = options[draw.integer(options.length)] ?? '';
        configOfFile(parseSettings([`${option}=${hostileText(hostileValue(draw))}`]));
        return;
      }
      const text = mutatedJson(texts[draw.integer(texts.length)] ?? '', draw);
      looksLikeConfig(text);
      configOfFile(parseConfigFile(text, 'c.json'));
    };
  },
};

/** training.json, of the training of one architecture by an earlier release. */
export const trainingTarget: FuzzTarget = {
  name: 'training.json',
  prepare: ({ inside }) => {
    const children = [
      { kind: 'images', architecture: publishedV1, recipe: presets.v1.config.recipe },
      { kind: 'text', cell: nasCell, recipe: presets['ptb-base8'].config.recipe },
    ];
    const texts = children.map((child) =>
      JSON.stringify({
        format: 'cellsmith-training',
        version: 1,
        name: 'a training',
        createdAt: 1,
        child,
        hidden: null,
        parameters: 1,
        seed: 1,
        data: { location: '/d', fingerprint: 'f'.repeat(64), skipUnreadable: false },
        software: { node: '20' },
        outcome: 'completed',
        message: null,
        epochs: [epochOf(0, 0.5)],
        averaged: null,
        test: { measure: 0.5, draws: 0, at: 1 },
      }),
    );
    return (draw) => {
      writeFileSync(trainingFiles(inside).record, mutatedJson(texts[draw.integer(2)] ?? '', draw));
      oldTrainingTables(readOldTraining(inside)).close();
    };
  },
};
