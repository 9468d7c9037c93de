"""PyTorch, channels last: python torch_peer.py WORKLOAD THREADS [compile]"""

import sys

import torch
from torch import nn
from torch.nn import functional

from protocol import serve
from workload import Workload, concatenated, map_sizes, same_padding

compiled = "compile" in sys.argv[3:]
torch.set_num_threads(int(sys.argv[2]))


def padding_of(size, window, strides):
    """(left, right, top, bottom), as functional.pad wants it."""
    top, bottom = same_padding(size[0], window[0], strides[0])
    left, right = same_padding(size[1], window[1], strides[1])
    return left, right, top, bottom


class Convolution(nn.Module):
    def __init__(self, layer, size, recipe):
        super().__init__()
        window = (layer["filterHeight"], layer["filterWidth"])
        strides = (layer["strideHeight"], layer["strideWidth"])
        left, right, top, bottom = padding_of(size, window, strides)
        symmetric = left == right and top == bottom
        self.before = None if symmetric else (left, right, top, bottom)
        self.convolution = nn.Conv2d(
            size[2], layer["filters"], window, strides, (top, left) if symmetric else 0, bias=False
        )
        self.normalisation = nn.BatchNorm2d(
            layer["filters"], eps=recipe["batchNormEpsilon"], momentum=1 - recipe["batchNormMomentum"]
        )

    def forward(self, inputs):
        if self.before:
            inputs = functional.pad(inputs, self.before)
        return functional.relu(self.normalisation(self.convolution(inputs)), inplace=True)


class Pooling(nn.Module):
    """'Same' padding that is never picked by a maximum and never counted in a mean."""

    def __init__(self, layer, size):
        super().__init__()
        self.largest = layer["kind"] == "maxPooling"
        self.window = (layer["height"], layer["width"])
        self.strides = (layer["strideHeight"], layer["strideWidth"])
        self.before = padding_of(size, self.window, self.strides)
        ones = torch.ones(1, 1, size[0], size[1])
        parts = functional.avg_pool2d(functional.pad(ones, self.before), self.window, self.strides)
        self.register_buffer("covered", parts if any(self.before) else None)

    def forward(self, inputs):
        if self.largest:
            if any(self.before):
                inputs = functional.pad(inputs, self.before, value=float("-inf"))
            return functional.max_pool2d(inputs, self.window, self.strides)
        if not any(self.before):
            return functional.avg_pool2d(inputs, self.window, self.strides)
        return functional.avg_pool2d(functional.pad(inputs, self.before), self.window, self.strides) / self.covered


class Network(nn.Module):
    def __init__(self, workload):
        super().__init__()
        self.sizes = map_sizes(workload)
        self.references = [layer["inputs"] for layer in workload.architecture["layers"]]
        self.outputs = workload.architecture["outputs"]
        self.layers = nn.ModuleList(
            Convolution(layer, concatenated(self.sizes, layer["inputs"]), workload.recipe)
            if layer["kind"] == "convolution"
            else Pooling(layer, concatenated(self.sizes, layer["inputs"]))
            for layer in workload.architecture["layers"]
        )
        self.classifier = nn.Linear(concatenated(self.sizes, self.outputs)[2], workload.task["classes"])
        with torch.no_grad():
            for number, layer in enumerate(self.layers, 1):
                if isinstance(layer, Convolution):
                    kernel = torch.from_numpy(workload.weights[f"layer{number}/kernel"])
                    layer.convolution.weight.copy_(kernel.permute(3, 2, 0, 1))
            self.classifier.weight.copy_(torch.from_numpy(workload.weights["classifier/kernel"]).T)
            self.classifier.bias.copy_(torch.from_numpy(workload.weights["classifier/bias"]))

    def joined(self, maps, references):
        height, width, _ = concatenated(self.sizes, references)
        parts = []
        for i in references:
            below, right = height - self.sizes[i][0], width - self.sizes[i][1]
            parts.append(functional.pad(maps[i], (0, right, 0, below)) if below or right else maps[i])
        return parts[0] if len(parts) == 1 else torch.cat(parts, 1)

    def forward(self, image):
        maps = [image]
        for layer, references in zip(self.layers, self.references):
            maps.append(layer(self.joined(maps, references)))
        return self.classifier(self.joined(maps, self.outputs).mean((2, 3)))


workload = Workload(sys.argv[1])
recipe = workload.recipe
model = Network(workload).to(memory_format=torch.channels_last)
kernels = [p for name, p in model.named_parameters() if name.endswith("convolution.weight") or name == "classifier.weight"]
others = [p for p in model.parameters() if all(p is not kernel for kernel in kernels)]
optimiser = torch.optim.SGD(
    [{"params": kernels, "weight_decay": recipe["weightDecay"]}, {"params": others, "weight_decay": 0.0}],
    lr=recipe["learningRate"],
    momentum=recipe["momentum"],
    nesterov=recipe["nesterov"],
)
forward = torch.compile(model) if compiled else model
images, labels = torch.from_numpy(workload.images), torch.from_numpy(workload.labels).long()
mean, deviation = (torch.from_numpy(a).view(1, 3, 1, 1) for a in (workload.mean, workload.deviation))
taken = 0


def step():
    global taken
    indices = torch.from_numpy(workload.indices(taken))
    taken += 1
    # A batch of [images, height, width, channels] viewed as [images, channels, height, width] is already channels last.
    pixels = (images[indices].permute(0, 3, 1, 2).float() - mean) / deviation
    loss = functional.cross_entropy(forward(pixels), labels[indices])
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.detach()


serve(step, lambda: {"torch": torch.__version__, "compile": compiled})
