"""Functions of numpy with arguments of every kind, called in a loop; some give several tensors, some leave an input away."""
import numpy as np
import torch
from torch import nn


def blend(x, weights, shift, taps, steps, labels, mode="plain", exact=True):
    """A weighted sum of x and its copies that are rolled along the last axis."""
    values = x.detach().numpy()
    total = sum(weight * np.roll(values, -tap, axis=-1) for weight, tap in zip(weights, taps))
    assert mode == "plain" and exact and list(labels) == ["left", "right"]
    return torch.from_numpy((total * steps + shift).astype(values.dtype))


def limited(x, low=None, high=None):
    values = x.numpy()
    if low is not None:
        values = np.maximum(values, low.numpy())
    if high is not None:
        values = np.minimum(values, high.numpy())
    return torch.from_numpy(values)


def moments(x, keep=True):
    """The mean and the largest place of each row, and None where PyTorch would have a variance."""
    values = x.numpy()
    mean = values.mean(axis=-1, keepdims=keep)
    return {"mean": torch.from_numpy(mean), "place": (torch.from_numpy(values.argmax(axis=-1)), None)}


class Filters(nn.Module):
    def __init__(self):
        super().__init__()
        self.mix = nn.Linear(6, 6)
        self.register_buffer("floor", torch.tensor(-0.5))
        self.register_buffer("roof", torch.tensor(0.75))

    def forward(self, x):
        for step in range(1, 4):
            x = self.mix(blend(x, [0.5, -0.25], 0.1 * step, taps=(1, 2), steps=step, labels=("left", "right")))
        x = limited(x, self.floor) + limited(x, high=self.roof) + limited(x)
        found = moments(x)
        place, _ = found["place"]
        return x - found["mean"], place
