import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { temporaryFolder } from '../testing/data/image-datasets';

const python = process.env['CELLSMITH_PEERS_PYTHON'] ?? 'python3';

/** Writes CIFAR-10 in its full size, of random images, in the binary and the Python version; prints the expected values. */
const writer = `
import json, os, pickle, sys, hashlib, struct
import numpy as np
out = sys.argv[1]
names = "airplane automobile bird cat deer dog frog horse ship truck".split()
random = np.random.default_rng(1)
binary, python = os.path.join(out, "cifar-10-batches-bin"), os.path.join(out, "cifar-10-batches-py")
os.makedirs(binary), os.makedirs(python)
open(os.path.join(binary, "batches.meta.txt"), "w").write("\\n".join(names) + "\\n\\n")
pickle.dump({"label_names": names}, open(os.path.join(python, "batches.meta"), "wb"), 2)
whole = hashlib.sha256(("cellsmith images 1\\n" + json.dumps(names, separators=(",", ":")) + "\\n").encode())
whole.update(b"pool 0\\n")
entries, sums, squares = [], np.zeros(3), np.zeros(3)
for b in range(6):
    name = f"data_batch_{b + 1}" if b < 5 else "test_batch"
    labels = random.integers(0, 10, 10000)
    data = random.integers(0, 256, (10000, 3072), dtype=np.uint8)
    np.concatenate([labels[:, None].astype(np.uint8), data], 1).tofile(os.path.join(binary, name + ".bin"))
    batch = {"batch_label": name, "labels": labels.tolist(), "data": data, "filenames": [f"{i}.png" for i in range(10000)]}
    pickle.dump(batch, open(os.path.join(python, name), "wb"), 2 if b % 2 else 4)
    pixels = np.ascontiguousarray(data.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))
    if b < 5:
        sums += pixels.sum((0, 1, 2), dtype=np.float64)
        squares += (pixels.astype(np.float64) ** 2).sum((0, 1, 2))
    if b == 5:
        train, entries = entries, []
    entries += [(hashlib.sha256(b"32 32\\n" + p.tobytes()).digest(), int(l)) for p, l in zip(pixels, labels)]
for split, part in (("train", train), ("test", entries)):
    whole.update(f"{split} {len(part)}\\n".encode())
    for digest, label in sorted(part):
        whole.update(digest + struct.pack("<I", label))
n = 50000 * 1024
mean = sums / n
print(json.dumps({"fingerprint": whole.hexdigest(), "mean": mean.tolist(), "deviation": np.sqrt(squares / n - mean**2).tolist()}))
`;

/** Mean and deviation by numpy of the records of the training split. */
const reader = `
import json, sys, numpy as np
data = json.load(open(sys.argv[1]))
images = np.memmap(data["imagesFile"], np.uint8, "r", shape=(data["count"], data["side"], data["side"], 3))
labels = np.fromfile(data["labelsFile"], "<i4")
part = images[np.array(data["trainIndices"])].astype(np.float64)
held = labels[np.array(data["validationIndices"])]
per_class = np.bincount(held, minlength=10) - np.bincount(labels, minlength=10) * len(held) / len(labels)
print(json.dumps({"mean": part.mean((0, 1, 2)).tolist(), "std": part.std((0, 1, 2)).tolist(), "unfair": float(np.abs(per_class).max())}))
`;
import { loadImages, prepareImages } from '../testing/data/prepared';

const moments = z.object({ mean: z.array(z.number()), std: z.array(z.number()), unfair: z.number() });

describe('60,000 images', () => {
  let folder: string;
  let expected: { fingerprint: string; mean: number[]; deviation: number[] };
  beforeAll(() => {
    folder = temporaryFolder();
    const said = execFileSync(python, ['-c', writer, folder], { encoding: 'utf8' });
    const schema = z.object({
      fingerprint: z.string(),
      mean: z.array(z.number()),
      deviation: z.array(z.number()),
    });
    expected = schema.parse(JSON.parse(said));
  });

  it.each(['cifar-10-batches-bin', 'cifar-10-batches-py'])(
    'of %s are described as numpy describes them, in bounded memory',
    async (name) => {
      const cacheDirectory = join(folder, `cache-${name}`);
      const path = join(folder, name);
      const began = performance.now();
      const { description: found } = await prepareImages(path, { cacheDirectory, side: 32 });
      const seconds = (performance.now() - began) / 1000;
      expect(found.fingerprint).toBe(expected.fingerprint);
      expect(found.splits.train.count).toBe(50_000);
      for (const c of [0, 1, 2]) {
        expect(found.mean[c]).toBeCloseTo(expected.mean[c] ?? NaN, 6);
        expect(found.deviation[c]).toBeCloseTo(expected.deviation[c] ?? NaN, 6);
      }
      const again = performance.now();
      const data = await loadImages(path, { cacheDirectory, side: 32, validation: 5000, seed: 1 });
      const first = (performance.now() - again) / 1000;
      const once = performance.now();
      await loadImages(path, { cacheDirectory, side: 32, validation: 5000, seed: 1 });
      const second = (performance.now() - once) / 1000;
      const memory = process.resourceUsage().maxRSS / 1024;
      console.log(
        `${name}: read ${seconds.toFixed(1)} s, first load ${first.toFixed(2)} s, next ${second.toFixed(3)} s, ${memory.toFixed(0)} MB`,
      );

      const file = join(folder, `${name}.json`);
      const plain = {
        ...data,
        trainIndices: [...data.trainIndices],
        validationIndices: [...data.validationIndices],
      };
      writeFileSync(file, JSON.stringify(plain));
      const said = moments.parse(
        JSON.parse(execFileSync(python, ['-c', reader, file], { encoding: 'utf8' })),
      );
      for (const c of [0, 1, 2]) {
        expect(data.mean[c]).toBeCloseTo(said.mean[c] ?? NaN, 6);
        expect(data.std[c]).toBeCloseTo(said.std[c] ?? NaN, 6);
      }
      expect(said.unfair).toBeLessThan(1);
      // twice the pixels of a batch, the tables, and Node itself: far from the 184 MB of pixels on top of them
      expect(memory).toBeLessThan(500);
    },
  );
});
