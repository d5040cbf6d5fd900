"""Counts its calls in a buffer that it gives, and keeps a list, a dictionary, a tensor and an object of its own between calls."""
import torch
from torch import nn


class Memory:
    def __init__(self):
        self.entries = []


class Cached(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.linear = nn.Linear(width, width)
        self.register_buffer("calls", torch.zeros(()))
        self.scratch = torch.zeros(3, width)
        self.tables = {}
        self.seen = []
        self.memory = Memory()

    def forward(self, x):
        self.calls += 1
        if "bias" not in self.tables:
            self.tables["bias"] = x.new_ones(x.shape[-1])
        else:
            self.tables["bias"] = self.tables["bias"] * 2
        self.scratch[: x.shape[0]] += x
        self.seen.append(None)
        self.memory.entries.append(None)
        scale = len(self.seen) + len(self.memory.entries)
        return self.linear(x) * scale + self.tables["bias"], self.calls
