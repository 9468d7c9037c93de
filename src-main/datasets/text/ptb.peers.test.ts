import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { temporaryFolder } from '../../testing/data/image-datasets';
import { describeDataset } from '../prepare';

const python = process.env['CELLSMITH_PEERS_PYTHON'] ?? 'python3';
/** An archive or a folder with ptb.train.txt, ptb.valid.txt and ptb.test.txt of Mikolov's Penn Treebank. */
const corpus = process.env['CELLSMITH_PTB'];

/** Reads the corpus as the usual readers of Penn Treebank do, and compares ids token by token. */
const reader = `
import collections, json, sys, tarfile, numpy as np
path, copy, level = sys.argv[1], json.load(open(sys.argv[2])), sys.argv[3]
def text(split):
    name = f"ptb.{split}.txt"
    if not path.endswith("gz"): return open(f"{path}/{name}", encoding="utf-8").read()
    with tarfile.open(path) as archive:
        member = next(m for m in archive.getmembers() if m.name.split("/")[-1] == name)
        return archive.extractfile(member).read().decode()
def words(split):
    lines = text(split).splitlines()
    if level == "word": return [word for line in lines for word in [*line.split(), "<eos>"]]
    return [character for line in lines for character in [*" ".join(line.split()), "<eos>"]]
train = words("train")
counts = collections.Counter(train)
if "<unk>" not in counts: counts["<unk>"] = 0
ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
ids = {word: i for i, (word, _) in enumerate(ordered)}
same = {}
for split, part in (("train", train), ("valid", words("valid")), ("test", words("test"))):
    theirs = np.array([ids.get(word, ids["<unk>"]) for word in part], "<i4")
    ours = np.memmap(copy[split], "<i4", "r")
    same[split] = len(theirs) if np.array_equal(theirs, ours) else -1
print(json.dumps({"same": same, "vocabulary": [word for word, _ in ordered] == copy["vocabulary"]}))
`;
import { loadText, openTestText } from '../../testing/data/prepared';
const verdict = z.object({ same: z.record(z.string(), z.int()), vocabulary: z.boolean() });

describe.skipIf(corpus === undefined)("Mikolov's Penn Treebank", () => {
  it.each([
    ['word', { train: 929_589, valid: 73_760, test: 82_430 }, 10_000, 10_000],
    ['character', { train: 5_017_482, valid: 393_042, test: 442_423 }, 50, 51],
  ] as const)(
    'at %s level has the published sizes, and the ids of its usual readers',
    async (level, sizes, distinct, vocabularySize) => {
      const path = corpus ?? '';
      const options = { cacheDirectory: temporaryFolder(), text: { level } };
      const found = await describeDataset(path, options);
      expect(found).toMatchObject({
        form: 'ptb',
        splits: {
          train: { tokens: sizes.train },
          valid: { tokens: sizes.valid },
          test: { tokens: sizes.test },
        },
        distinctTokens: distinct,
        vocabularySize,
        warnings: [],
      });
      const { trainFile, validFile, vocabulary } = await loadText(path, options);
      const { tokensFile: testFile } = await openTestText(path, { ...options, purpose: 'a test' });
      const copy = join(temporaryFolder(), 'copy.json');
      writeFileSync(copy, JSON.stringify({ train: trainFile, valid: validFile, test: testFile, vocabulary }));
      const said = execFileSync(python, ['-c', reader, path, copy, level], { encoding: 'utf8' });
      expect(verdict.parse(JSON.parse(said))).toEqual({ same: sizes, vocabulary: true });
    },
  );
});
