"""Language models in PyTorch: python language_torch_peer.py WORKLOAD THREADS [compile|fused]"""

import sys

import torch
from torch import nn
from torch.nn import functional

from language_workload import LanguageWorkload
from protocol import serve
from tree_cell import TreeCell

compiled, fused = "compile" in sys.argv[3:], "fused" in sys.argv[3:]
torch.set_num_threads(int(sys.argv[2]))

combine = {"elem_mult": torch.mul, "add": torch.add, "max": torch.maximum}
activate = {
    "identity": lambda x: x,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "sin": torch.sin,
}


def lstm_step(from_input, from_hidden, c):
    gates, candidate = (from_input + from_hidden).split([3 * c.shape[1], c.shape[1]], 1)
    i, f, o = torch.sigmoid(gates).chunk(3, 1)
    c = f * c + i * torch.tanh(candidate)
    return o * torch.tanh(c), c


class Layer(nn.Module):
    """A cell over a window: the product of the inputs is one for all steps, that of the hidden state one a step."""

    def __init__(self, workload, number):
        super().__init__()
        hidden, weights = workload.hidden, workload.weights
        linear = lambda name: torch.from_numpy(weights[f"layer{number}/{name}"]).T.contiguous()
        bias = weights.get(f"layer{number}/bias")
        self.input, self.hidden = nn.Parameter(linear("input")), nn.Parameter(linear("hidden"))
        self.bias = None if bias is None else nn.Parameter(torch.from_numpy(bias.copy()))
        if workload.cell["kind"] == "lstm":
            self.step = lstm_step
        else:
            split = lambda x, widths: (x,) if len(widths) == 1 else x.split(widths, -1)
            self.step = TreeCell(workload.cell, workload.order, hidden, combine, activate, split).step

    def forward(self, inputs, h, c):
        outputs = []
        for from_input in functional.linear(inputs, self.input, self.bias).unbind(0):
            h, c = self.step(from_input, functional.linear(h, self.hidden), c)
            outputs.append(h)
        return torch.stack(outputs), h, c


class Layers(nn.ModuleList):
    def __init__(self, workload):
        super().__init__(Layer(workload, number) for number in range(workload.layers))

    def forward(self, x, h, c):
        hs, cs = [], []
        for number, layer in enumerate(self):
            x, last_h, last_c = layer(x, h[number], c[number])
            hs.append(last_h)
            cs.append(last_c)
        return x, torch.stack(hs), torch.stack(cs)


class FusedLayers(nn.Module):
    """torch.nn.LSTM, its second bias left at zero and untrained."""

    def __init__(self, workload):
        super().__init__()
        self.inner = nn.LSTM(workload.hidden, workload.hidden, workload.layers)
        with torch.no_grad():
            for number in range(workload.layers):
                given = lambda name: torch.from_numpy(workload.gates(workload.weights[f"layer{number}/{name}"])).T
                getattr(self.inner, f"weight_ih_l{number}").copy_(given("input"))
                getattr(self.inner, f"weight_hh_l{number}").copy_(given("hidden"))
                getattr(self.inner, f"bias_ih_l{number}").copy_(given("bias"))
                getattr(self.inner, f"bias_hh_l{number}").zero_().requires_grad_(False)

    def forward(self, x, h, c):
        x, (h, c) = self.inner(x, (h, c))
        return x, h, c


class LanguageModel(nn.Module):
    def __init__(self, workload):
        super().__init__()
        given = lambda name: torch.from_numpy(workload.weights[name])
        self.embedding = nn.Embedding.from_pretrained(given("embedding/table"), freeze=False)
        self.layers = FusedLayers(workload) if fused else Layers(workload)
        self.classifier = nn.Linear(workload.hidden, workload.vocabulary)
        with torch.no_grad():
            self.classifier.weight.copy_(given("softmax/kernel").T)
            self.classifier.bias.copy_(given("softmax/bias"))

    def forward(self, inputs, targets, h, c):
        """Tokens [steps, batch] -> the loss, summed over steps and averaged over rows, and the state that follows."""
        outputs, h, c = self.layers(self.embedding(inputs), h, c)
        logits = self.classifier(outputs.flatten(0, 1))
        loss = functional.cross_entropy(logits, targets.flatten(), reduction="sum") / inputs.shape[1]
        return loss, h.detach(), c.detach()


workload = LanguageWorkload(sys.argv[1])
model = LanguageModel(workload)
trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
optimiser = torch.optim.SGD(trained, lr=workload.recipe["learningRate"], fused=True)
forward = torch.compile(model) if compiled else model
h = c = torch.zeros(workload.layers, workload.batch, workload.hidden)
taken = 0


def step():
    global taken, h, c
    inputs, targets = (torch.from_numpy(tokens.T).long() for tokens in workload.window(taken))
    taken += 1
    loss, h, c = forward(inputs, targets, h, c)
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(trained, workload.recipe["clipNorm"])
    optimiser.step()
    return loss.detach()


serve(step, lambda: {"torch": torch.__version__, "compile": compiled, "fused": fused})
