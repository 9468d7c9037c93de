"""Three small networks trained for 20 steps by PyTorch: what reference-models.json holds.

    python src-main/testing/reference/reference-models.py > src-main/testing/reference/reference-models.json

Weights and data are sines of their index, so that reference-models.ts makes the same ones without storing them.
"""

import json
import os

import numpy as np
import torch
import torch.nn.functional as F

# The device on which the tests compute: `npm run test:gpu` compares on a GPU.
torch.set_default_device(os.environ.get("CELLSMITH_PEERS_DEVICE", "cpu"))

STEPS = 20


def wave(shape, phase, scale):
    count = int(np.prod(shape))
    return torch.tensor((scale * np.sin(1.7 * np.arange(count) + phase)).astype(np.float32)).reshape(shape)


def parameter(shape, phase, scale, offset=0.0):
    return (wave(shape, phase, scale) + offset).requires_grad_()


def listed(tensor):
    return [float(f"{value:.7g}") for value in tensor.detach().flatten().tolist()]


def mlp():
    """ReLU and tanh layers, Adam."""
    p = {
        "first/kernel": parameter([5, 8], 0, 0.5),
        "first/bias": parameter([8], 1, 0.1),
        "second/kernel": parameter([8, 6], 2, 0.5),
        "second/bias": parameter([6], 3, 0.1),
        "output/kernel": parameter([6, 3], 4, 0.5),
        "output/bias": parameter([3], 5, 0.1),
    }
    optimizer = torch.optim.Adam(p.values(), lr=0.02)
    losses = []
    for step in range(STEPS):
        x = wave([7, 5], 10 + step, 1.0)
        labels = torch.arange(7) % 3
        h = F.relu(x @ p["first/kernel"] + p["first/bias"])
        h = torch.tanh(h @ p["second/kernel"] + p["second/bias"])
        loss = F.cross_entropy(h @ p["output/kernel"] + p["output/bias"], labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, p


def convolutional():
    """Convolution, batch normalisation, pooling, a skip connection in depth; Nesterov momentum with decay of kernels."""
    p = {
        "a/kernel": parameter([3, 3, 3, 6], 0, 0.3),
        "a/gamma": parameter([6], 1, 0.2, 1.0),
        "a/beta": parameter([6], 2, 0.1),
        "b/kernel": parameter([1, 3, 6, 4], 3, 0.3),
        "b/gamma": parameter([4], 4, 0.2, 1.0),
        "b/beta": parameter([4], 5, 0.1),
        "c/kernel": parameter([3, 3, 10, 5], 6, 0.3),
        "output/kernel": parameter([5, 3], 7, 0.5),
        "output/bias": parameter([3], 8, 0.1),
    }
    moving = {}
    for name, channels in (("a", 6), ("b", 4)):
        moving[f"{name}/moving_mean"] = torch.zeros(channels)
        moving[f"{name}/moving_variance"] = torch.ones(channels)

    def convolve(x, name, stride, padding):
        kernel = p[f"{name}/kernel"].permute(3, 2, 0, 1)
        return F.conv2d(F.pad(x, padding), kernel, stride=stride)

    def normalize(x, name):
        return F.batch_norm(
            x, moving[f"{name}/moving_mean"], moving[f"{name}/moving_variance"],
            p[f"{name}/gamma"], p[f"{name}/beta"], training=True, momentum=0.1, eps=1e-3,
        )

    optimizer = torch.optim.SGD(
        [
            {"params": [v for k, v in p.items() if k.endswith("kernel")], "weight_decay": 0.01},
            {"params": [v for k, v in p.items() if not k.endswith("kernel")], "weight_decay": 0.0},
        ],
        lr=0.1, momentum=0.9, nesterov=True,
    )
    losses = []
    for step in range(STEPS):
        if step == 10:
            for group in optimizer.param_groups:
                group["lr"] = 0.02
        x = wave([4, 9, 8, 3], 10 + step, 1.0).permute(0, 3, 1, 2)
        labels = torch.arange(4) % 3
        h = F.relu(normalize(convolve(x, "a", 1, (1, 1, 1, 1)), "a"))
        h = F.max_pool2d(h, 2)
        g = F.relu(normalize(convolve(h, "b", 1, (1, 1, 0, 0)), "b"))
        # 'SAME' with stride 2 on 4 x 4 pads at the end alone.
        h = F.relu(convolve(torch.cat([h, g], 1), "c", 2, (0, 1, 0, 1)))
        loss = F.cross_entropy(h.mean((2, 3)) @ p["output/kernel"] + p["output/bias"], labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, {**p, **moving}


def recurrent():
    """An embedding and a gated cell over five steps whose state is carried over; clipped gradients, plain descent."""
    p = {
        "embedding/table": parameter([9, 4], 0, 0.5),
        "input/kernel": parameter([4, 12], 1, 0.4),
        "hidden/kernel": parameter([6, 12], 2, 0.4),
        "output/kernel": parameter([6, 9], 3, 0.5),
        "output/bias": parameter([9], 4, 0.1),
    }
    optimizer = torch.optim.SGD(p.values(), lr=1.0)
    state = torch.zeros(3, 6)
    losses, norms = [], []
    for step in range(STEPS):
        words = (torch.arange(18).reshape(3, 6) * 5 + step) % 9
        h, logits = state, []
        for t in range(5):
            z = p["embedding/table"][words[:, t]] @ p["input/kernel"] + h @ p["hidden/kernel"]
            gate = torch.sigmoid(z[:, :6])
            h = gate * h + (1 - gate) * torch.sin(z[:, 6:])
            logits.append(h @ p["output/kernel"] + p["output/bias"])
        loss = F.cross_entropy(torch.cat(logits), words[:, 1:].T.reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(p.values(), 0.2).item())
        optimizer.step()
        losses.append(loss.item())
        state = h.detach()
    return losses, p, norms


def described(losses, variables, norms=None):
    result = {"losses": losses, "variables": {name: listed(value) for name, value in variables.items()}}
    return result if norms is None else {**result, "norms": norms}


torch.manual_seed(0)
print(json.dumps({"mlp": described(*mlp()), "convolutional": described(*convolutional()), "recurrent": described(*recurrent())}))
