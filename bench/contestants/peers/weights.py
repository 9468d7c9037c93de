"""The weights that a workload starts from: bench/networks/weights.ts writes them."""

import numpy


def read_weights(folder, described):
    """Arrays by name. `described` has name and shape of each, in their order in the file."""
    values = numpy.fromfile(folder / "weights.bin", "<f4")
    weights = {}
    start = 0
    for weight in described:
        size = int(numpy.prod(weight["shape"]))
        weights[weight["name"]] = values[start : start + size].reshape(weight["shape"])
        start += size
    return weights
