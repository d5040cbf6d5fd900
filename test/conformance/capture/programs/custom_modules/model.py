"""Module classes that stay whole: with weights, with modules within, with settings in self; and a method of another object."""
import numpy as np
import torch
from torch import nn


class Gate(nn.Module):
    """Leaves PyTorch in forward; its slope is a setting, its weights are its own and those of a layer within."""

    def __init__(self, width, slope=0.2, keep=1):
        super().__init__()
        self.scale = nn.Parameter(torch.rand(width) + 0.5)
        self.register_buffer("shift", torch.rand(width))
        self.mix = nn.Linear(width, width, bias=False)
        self.slope = slope
        self.keep = keep

    def forward(self, signal):
        values = signal.numpy()
        open_ = torch.from_numpy(np.where(values > 0, values, values * np.float32(self.slope)))
        return self.mix(open_)[:, : self.keep] * self.scale[: self.keep] + self.shift[: self.keep]


class WideGate(Gate):
    """A subclass is another class: its nodes are PyTorch's own, as far as PyTorch can follow."""

    def forward(self, signal):
        return torch.relu(signal) * self.scale


class Sum(nn.Module):
    """Takes a list of tensors, and a tensor that may be missing."""

    def forward(self, parts, bias=None, factor=1.0):
        total = sum(part.numpy() for part in parts) * np.float32(factor)
        return torch.from_numpy(total if bias is None else total + bias.numpy())


class Scaler:
    """No module, but an object that holds settings."""

    def __init__(self, factor):
        self.factor = factor

    def run(self, x):
        return torch.from_numpy(x.numpy() * np.float32(self.factor))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = Gate(4, keep=4)
        self.second = Gate(4, slope=0.5, keep=3)
        self.wide = WideGate(4)
        self.sum = Sum()
        self.scalers = [Scaler(2.0), Scaler(0.25)]

    def forward(self, x):
        y = self.first(x)
        z = self.second(y)
        both = self.sum([self.wide(x), y]) + self.sum([x, y], self.first.shift, factor=0.5)
        return self.scalers[0].run(both), self.scalers[1].run(z)
