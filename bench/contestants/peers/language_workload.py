"""The language model that every contestant trains: a folder that bench/networks/language-workload.ts writes.

workload.json  the architecture (a LanguageArchitecture), the order of a tree's leaves in the columns of its weights, batch,
               steps of a window, the recipe, the start token, and names and shapes of the weights
tokens.bin     little-endian int32: the rows of the batch, one after the other
weights.bin    little-endian float32, one weight after the other in the order of workload.json

Step s trains on window s of every row, modulo their number; the hidden state carries over from step to step, starting at 0.
"""

import json
from pathlib import Path

import numpy

from weights import read_weights


class LanguageWorkload:
    def __init__(self, folder):
        folder = Path(folder)
        description = json.loads((folder / "workload.json").read_text())
        architecture = description["architecture"]
        self.cell = architecture["cell"]
        self.layers = architecture["layers"]
        self.hidden = architecture["hidden"]
        self.vocabulary = architecture["vocabulary"]
        self.order = description["order"]
        self.batch = description["batch"]
        self.steps = description["unrolled"]
        self.recipe = description["recipe"]
        tokens = numpy.fromfile(folder / "tokens.bin", "<i4")
        self.targets = tokens.reshape(self.batch, -1)
        before = numpy.concatenate([[description["startToken"]], tokens[:-1]]).astype(numpy.int32)
        self.inputs = before.reshape(self.batch, -1)
        self.windows = self.targets.shape[1] // self.steps
        self.weights = read_weights(folder, description["weights"])

    def window(self, step):
        """Inputs and targets of a step, each int32 [batch, steps]."""
        begin = step % self.windows * self.steps
        return self.inputs[:, begin : begin + self.steps], self.targets[:, begin : begin + self.steps]

    def gates(self, weight):
        """An LSTM's columns in the order of PyTorch and Keras: input, forget, candidate, output. Ours has the candidate last."""
        i, f, o, g = numpy.split(weight, 4, -1)
        return numpy.concatenate([i, f, g, o], -1)


def neighbours(leaves, key):
    """Neighbouring leaves that agree in something, together."""
    groups = []
    for leaf in leaves:
        if groups and key(groups[-1][0]) == key(leaf):
            groups[-1].append(leaf)
        else:
            groups.append([leaf])
    return groups
