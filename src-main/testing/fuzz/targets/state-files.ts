import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CellsmithError } from '../../../../src-shared/errors';
import type { Generator } from '../../../../src-shared/random';
import { readSafetensors, writeSafetensors } from '../../../children/safetensors';
import { checkpointFile } from '../../../children/checkpoint-file';
import { proposeBatch, rewarded, smallStrategy } from '../../synthetic-strategy';
import { epochOf } from '../../synthetic-pool';
import type { FuzzTarget } from '../fuzz';
import { mutatedBytes } from '../mutate-bytes';
import { mutatedJson } from '../mutate-json';

/** The state of a controller, mostly with a checksum that matches the change. An accepted state is resumed from. */
export const controllerTarget: FuzzTarget = {
  name: 'controller state',
  prepare: () => {
    const strategy = smallStrategy({ replicas: 2 });
    strategy.tell(rewarded(proposeBatch(strategy)));
    proposeBatch(strategy, 1);
    const state = strategy.state();
    const { copies } = strategy;
    return (draw) => {
      const restored = smallStrategy({ replicas: 2 });
      restored.restore(mutatedState(state, draw), (version) => copies?.get(version)?.slice());
      restored.tell(rewarded(proposeBatch(restored)));
      restored.state();
    };
  },
};

function mutatedState(state: Uint8Array, draw: Generator): Uint8Array {
  const [prefix, sum] = [16, 32];
  const content = state.slice(0, state.length - sum);
  const how = draw.integer(4);
  if (how === 0) return mutatedBytes(state, draw);
  if (how === 1) return signed(mutatedBytes(content, draw));
  const length = new DataView(content.buffer).getUint32(12, true);
  const header = new TextDecoder().decode(content.subarray(prefix, prefix + length));
  if (how === 2) return signed(withHeader(content, prefix, length, mutatedJson(header, draw)));
  // Numbers of the vectors, of any size.
  for (let change = draw.integer(4); change >= 0; change--) {
    const at = prefix + length + 8 * draw.integer(Math.floor((content.length - prefix - length) / 8));
    new DataView(content.buffer).setFloat64(at, draw.normal() * 10 ** (draw.integer(616) - 308), true);
  }
  return signed(content);
}

function withHeader(content: Uint8Array, prefix: number, length: number, header: string): Uint8Array {
  const json = new TextEncoder().encode(header);
  const changed = new Uint8Array(content.length - length + json.length);
  changed.set(content.subarray(0, prefix));
  new DataView(changed.buffer).setUint32(12, json.length, true);
  changed.set(json, prefix);
  changed.set(content.subarray(prefix + length), prefix + json.length);
  return changed;
}

function signed(content: Uint8Array): Uint8Array {
  const sum = createHash('sha256').update(content).digest();
  const state = new Uint8Array(content.length + sum.length);
  state.set(content);
  state.set(sum, content.length);
  return state;
}

const tensors = [
  { name: 'layer1/kernel', shape: [3, 3, 2, 4], values: new Float32Array(72).fill(0.5) },
  { name: 'layer1/bias', shape: [4], values: new Float32Array(4) },
  { name: 'step', shape: [], values: Float32Array.of(7) },
];

/** The weights of a child. */
export const weightsTarget: FuzzTarget = {
  name: 'weights',
  prepare: ({ inside }) => {
    const path = join(inside, 'weights.safetensors');
    writeSafetensors(path, { tensors, metadata: { format: 'x' } });
    const bytes = readFileSync(path);
    return (draw) => {
      writeFileSync(path, draw.integer(3) === 0 ? mutatedBytes(bytes, draw) : mutatedHeader(bytes, draw));
      readSafetensors(path);
    };
  },
};

function mutatedHeader(bytes: Uint8Array, draw: Generator): Uint8Array {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const json = new TextEncoder().encode(
    mutatedJson(new TextDecoder().decode(bytes.subarray(8, 8 + length)), draw),
  );
  const changed = new Uint8Array(8 + json.length + bytes.length - 8 - length);
  new DataView(changed.buffer).setBigUint64(0, BigInt(json.length), true);
  changed.set(json, 8);
  changed.set(bytes.subarray(8 + length), 8 + json.length);
  return changed;
}

/** The checkpoint of a child. An unusable one is dropped, with its reason in the log. */
export const childStateTarget: FuzzTarget = {
  name: 'child state',
  prepare: ({ inside }) => {
    const file = join(inside, 'child.safetensors');
    let dropped = '';
    const kept = checkpointFile({ file, everyEpochs: 1 }, 'a child', (line) => (dropped = line));
    const state = {
      epochs: [epochOf(0, 0.5), epochOf(1, 0.6)],
      generators: { order: [1, 2, 3, 4] as const },
      tensors,
    };
    kept.write(state);
    const bytes = readFileSync(file);
    const { metadata } = readSafetensors(file);
    const names = JSON.stringify(tensors.map(({ name, shape }) => [name, shape]));
    return (draw) => {
      const how = draw.integer(3);
      if (how === 0) writeFileSync(file, mutatedBytes(bytes, draw));
      else if (how === 1) writeFileSync(file, mutatedHeader(bytes, draw));
      else {
        // With a checksum that matches the change.
        const content = mutatedJson(metadata['content'] ?? '', draw);
        const sum = createHash('sha256').update(content).update(names);
        for (const { values } of tensors) sum.update(new Uint8Array(values.buffer));
        writeSafetensors(file, { tensors, metadata: { ...metadata, content, sha256: sum.digest('hex') } });
      }
      if (kept.read() === undefined) throw new CellsmithError('run.damaged', dropped);
    };
  },
};
