"""What every contestant trains: a folder that bench/networks/workload.ts writes.

workload.json  the architecture (a ConvArchitecture), the task, the batch size, the recipe, mean and deviation of the
               images, and names and shapes of the weights
images.bin     uint8 [images, height, width, channels]
labels.bin     little-endian int32 [images]
weights.bin    little-endian float32, one weight after the other in the order of workload.json

Step s trains on images s * batch ... s * batch + batch - 1, modulo their number.
"""

import json
from pathlib import Path

import numpy

from weights import read_weights


class Workload:
    def __init__(self, folder):
        folder = Path(folder)
        description = json.loads((folder / "workload.json").read_text())
        self.architecture = description["architecture"]
        self.task = description["task"]
        self.batch = description["batch"]
        self.recipe = description["recipe"]
        self.mean = numpy.array(description["mean"], numpy.float32)
        self.deviation = numpy.array(description["deviation"], numpy.float32)
        self.labels = numpy.fromfile(folder / "labels.bin", "<i4")
        self.images = numpy.fromfile(folder / "images.bin", numpy.uint8).reshape(
            len(self.labels), self.task["height"], self.task["width"], self.task["channels"]
        )
        self.weights = read_weights(folder, description["weights"])

    def indices(self, step):
        return numpy.arange(step * self.batch, (step + 1) * self.batch) % len(self.labels)


def same_padding(size, window, stride):
    """Zeros (or nothing, for a pooling) before and after, so that the output has ceil(size / stride) places: TensorFlow's rule."""
    total = max((-(-size // stride) - 1) * stride + window - size, 0)
    return total // 2, total - total // 2


def map_sizes(workload):
    """(height, width, channels) of the image and of every layer's output, by their references."""
    task = workload.task
    sizes = [(task["height"], task["width"], task["channels"])]
    for layer in workload.architecture["layers"]:
        height, width, channels = concatenated(sizes, layer["inputs"])
        sizes.append(
            (
                -(-height // layer["strideHeight"]),
                -(-width // layer["strideWidth"]),
                layer.get("filters", channels),
            )
        )
    return sizes


def concatenated(sizes, references):
    """Size of the inputs padded to the largest height and width and concatenated in depth."""
    return (
        max(sizes[i][0] for i in references),
        max(sizes[i][1] for i in references),
        sum(sizes[i][2] for i in references),
    )
