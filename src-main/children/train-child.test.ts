import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { describeConv } from '../../src-shared/architecture/conv/describe-conv';
import { zooNetworks } from '../../src-shared/zoo/zoo';
import { tinyArchitecture, tinyImages, tinyRecipe } from '../testing/data/tiny-images';
import { hearing } from '../testing/hearing';
import { convChild } from './conv-child';
import { taskOf, trainChild } from './train-child';
import { checkpointFile } from './checkpoint-file';
import type { ChildCheckpoints } from './child-state';

const folder = mkdtempSync(join(tmpdir(), 'cellsmith-child-'));
afterAll(() => rmSync(folder, { recursive: true }));

const data = tinyImages(folder);
const job = { architecture: tinyArchitecture, recipe: tinyRecipe, seed: 0 };

/** Records the epochs that a child resumes from, and those that it trains. */
function listening(begun: number[], trained: number[] = []) {
  return {
    onEvent: hearing({
      trialRestored: ({ epochs }) => begun.push(epochs.length),
      epochEnded: ({ record }) => trained.push(record.epoch),
    }),
  };
}

/** Everything of a result but the time that it took. */
function withoutTime({ epochs, weights }: Awaited<ReturnType<typeof trainChild>>): unknown {
  return { epochs: epochs.map((record) => ({ ...record, seconds: 0 })), weights };
}

describe('a child on images', () => {
  it('learns', async () => {
    const { epochs, stopped } = await trainChild({ ...job, recipe: { ...tinyRecipe, epochs: 8 } }, data);
    expect(stopped).toBe(false);
    expect(epochs.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(epochs.at(-1)?.validationAccuracy).toBeGreaterThan(0.9);
    expect(epochs.at(-1)?.trainLoss).toBeLessThan(epochs[0]?.trainLoss ?? 0);
  });

  it('has exactly the trainable parameters of its description, with concatenation in depth, not sums', () => {
    const { graph, weights } = convChild(tinyArchitecture, taskOf(data), tinyRecipe, 4, data, data);
    const size = (trainable: boolean): number =>
      weights
        .filter((variable) => variable.trainable === trainable)
        .reduce((total, { shape }) => total + shape.reduce((product, length) => product * length, 1), 0);
    const { parameters, movingStatistics } = describeConv(tinyArchitecture, taskOf(data));
    expect([size(true), size(false)]).toEqual([parameters, movingStatistics]);
    // Layer 4 takes the image (3), layer 2 (5) and layer 3 (6): were they summed, it would see no 14 channels.
    expect(graph.variables.find(({ name }) => name === 'layer4/kernel')?.shape).toEqual([1, 3, 14, 4]);
  });

  it.each(['resnet-20', 'densenet-10-4'] as const)('learns as %s', async (name) => {
    const { architecture } = zooNetworks[name];
    const { graph } = convChild(architecture, taskOf(data), tinyRecipe, 4, data, data);
    const trained = graph.variables.filter(({ trainable }) => trainable);
    const sizes = trained.map(({ shape }) => shape.reduce((product, length) => product * length, 1));
    const { parameters } = describeConv(architecture, taskOf(data));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(parameters);
    const { epochs } = await trainChild(
      { ...job, architecture, recipe: { ...tinyRecipe, epochs: 6, learningRate: 0.05 } },
      data,
    );
    expect(epochs.at(-1)?.trainLoss).toBeLessThan(0.5 * (epochs[0]?.trainLoss ?? 0));
  });

  it('drops out in training only, by its seed, and resumes from a checkpoint with the same result', async () => {
    const [first, ...others] = tinyArchitecture.nodes;
    const relu = others[1];
    if (!first || relu?.kind !== 'relu') throw new Error('no ReLU');
    const dropped = { kind: 'dropout', rate: 0.4, inputs: relu.inputs } as const;
    // In place of the first ReLU, so that nothing else changes.
    const architecture = { ...tinyArchitecture, nodes: [first, ...others.with(1, dropped)] };
    const [whole, again, without] = await Promise.all(
      [
        architecture,
        architecture,
        { ...architecture, nodes: [first, ...others.with(1, { ...dropped, rate: 0 })] },
      ].map((one) => trainChild({ ...job, architecture: one }, data)),
    );
    if (!whole || !again || !without) throw new Error('no result');
    expect(withoutTime(again)).toEqual(withoutTime(whole));
    expect(withoutTime(without)).not.toEqual(withoutTime(whole));
    const file = join(folder, 'dropout.safetensors');
    const kept = checkpointFile({ file, everyEpochs: 1 }, 'dropped out', () => undefined);
    await trainChild({ ...job, architecture }, data, { stopRequested: () => true }, kept);
    const resumed = await trainChild({ ...job, architecture }, data, {}, kept);
    expect(withoutTime(resumed)).toEqual(withoutTime(whole));
  });

  it('depends on its seed, and 0 is a seed', async () => {
    const results = await Promise.all([0, 0, 1].map((seed) => trainChild({ ...job, seed }, data)));
    const [first, again, other] = results.map(withoutTime);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('counts every image of the validation part once, whatever the batch', async () => {
    const losses: number[] = [];
    for (const batchSize of [7, 30, 96]) {
      // A rate of next to nothing leaves the initial weights, and one epoch of averages differs little.
      const recipe = { ...tinyRecipe, epochs: 1, batchSize, learningRate: 1e-12, batchNormMomentum: 0.9999 };
      const { epochs } = await trainChild({ ...job, recipe }, data);
      losses.push(epochs[0]?.validationLoss ?? NaN);
      expect((epochs[0]?.validationAccuracy ?? NaN) * 30).toBeCloseTo(
        Math.round((epochs[0]?.validationAccuracy ?? NaN) * 30),
        9,
      );
    }
    for (const loss of losses) expect(loss).toBeCloseTo(losses[0] ?? NaN, 2);
  });

  it('counts steps of training and evaluation, and ends after the epoch in which it is stopped', async () => {
    const steps: string[] = [];
    let asked = false;
    const { epochs, stopped } = await trainChild({ ...job, recipe: { ...tinyRecipe, epochs: 50 } }, data, {
      onEvent: hearing({
        trialProgress: ({ epoch, step, steps: of }) => {
          steps.push(`${epoch}:${step}/${of}`);
          asked ||= epoch === 1 && step === 3;
        },
      }),
      stopRequested: () => asked,
    });
    expect([epochs.length, stopped]).toEqual([2, true]);
    // 96 images and 30 in batches of 16.
    expect(steps).toEqual(
      [0, 1].flatMap((epoch) => [1, 2, 3, 4, 5, 6, 7, 8].map((step) => `${epoch}:${step}/8`)),
    );
  });

  it('reports divergence at the step at which the loss is not finite', async () => {
    let steps = 0;
    const recipe = { ...tinyRecipe, epochs: 1000, learningRate: 1e6, decay: { kind: 'constant' as const } };
    const training = trainChild({ ...job, recipe }, data, {
      onEvent: hearing({ trialProgress: () => (steps += 1) }),
    });
    await expect(training).rejects.toMatchObject({ code: 'child.diverged' });
    expect(steps).toBeLessThan(200);
  });

  it('sees only training images: other bytes in the validation part change no weight', async () => {
    const changed = tinyImages(join(folder, 'changed'));
    const bytes = readFileSync(changed.imagesFile);
    bytes.fill(7, 96 * 8 * 8 * 3);
    writeFileSync(changed.imagesFile, bytes);
    const [plain, other] = [await trainChild(job, data), await trainChild(job, changed)];
    expect(other.weights).toEqual(plain.weights);
    expect(other.epochs[0]?.validationLoss).not.toBe(plain.epochs[0]?.validationLoss);
  });
});

describe('a child that is interrupted', () => {
  const recipe = { ...tinyRecipe, epochs: 4 };
  let log: string[] = [];
  const checkpoints = (name: string, subject: unknown = 'a child', everyEpochs = 1): ChildCheckpoints =>
    checkpointFile({ file: join(folder, name), everyEpochs }, subject, (line) => log.push(line));
  const interrupted = async (
    kept: ChildCheckpoints,
    at: { readonly epoch: number; readonly step: number },
  ): Promise<void> => {
    const training = trainChild(
      { ...job, recipe },
      data,
      {
        onEvent: hearing({
          trialProgress: ({ epoch, step }) => {
            if (epoch === at.epoch && step === at.step) throw new Error('killed');
          },
        }),
      },
      kept,
    );
    await expect(training).rejects.toThrow('killed');
  };

  it('resumes from its last epoch with bit-identical results', async () => {
    const straight = withoutTime(await trainChild({ ...job, recipe }, data));
    for (const [everyEpochs, from] of [
      [1, 2],
      [2, 2],
      [3, 0],
    ] as const) {
      const name = `every ${everyEpochs}.safetensors`;
      await interrupted(checkpoints(name, 'a child', everyEpochs), { epoch: 2, step: 3 });
      const begun: number[] = [];
      const trained: number[] = [];
      const result = await trainChild(
        { ...job, recipe },
        data,
        listening(begun, trained),
        checkpoints(name, 'a child', everyEpochs),
      );
      expect(begun).toEqual([from]);
      expect(trained).toEqual([0, 1, 2, 3].slice(from));
      expect(withoutTime(result)).toEqual(straight);
    }
    expect(log).toEqual([]);
  });

  it('more than once, or between its last epoch and its end, trains no epoch twice', async () => {
    const straight = withoutTime(await trainChild({ ...job, recipe }, data));
    for (const at of [
      { epoch: 1, step: 1 },
      { epoch: 3, step: 8 },
    ])
      await interrupted(checkpoints('often.safetensors'), at);
    await trainChild({ ...job, recipe }, data, {}, checkpoints('often.safetensors'));
    const trained: number[] = [];
    const again = await trainChild(
      { ...job, recipe },
      data,
      listening([], trained),
      checkpoints('often.safetensors'),
    );
    expect(trained).toEqual([]);
    expect(withoutTime(again)).toEqual(straight);
  });

  it('by the user after an epoch without a checkpoint writes one', async () => {
    const kept = checkpoints('stopped.safetensors', 'a child', 3);
    await trainChild({ ...job, recipe }, data, { stopRequested: () => true }, kept);
    expect(kept.read()?.epochs).toHaveLength(1);
  });

  it('starts over when the checkpoint belongs to another network', async () => {
    log = [];
    await interrupted(checkpoints('other.safetensors'), { epoch: 2, step: 3 });
    const [first, ...others] = tinyArchitecture.nodes;
    if (first?.kind !== 'convolution') throw new Error('no convolution');
    const wider = { ...tinyArchitecture, nodes: [{ ...first, filters: 7 }, ...others] };
    const begun: number[] = [];
    await trainChild(
      { ...job, recipe, architecture: wider },
      data,
      listening(begun),
      checkpoints('other.safetensors'),
    );
    expect(begun).toEqual([0]);
    expect(log).toEqual([expect.stringMatching(/does not match the network/)]);
  });
});
