"""Keeps what it saw on itself, checks sizes by assertions, and writes into slices."""
import warnings

import torch
from torch import nn


class Stateful(nn.Module):
    def __init__(self):
        super().__init__()
        self.proj = nn.Linear(6, 6)
        self.last_input = None
        self.history = []

    def forward(self, x):
        assert x.dim() == 3, f"expected 3 axes, got {x.dim()}"
        if x.shape[-1] != 6:
            raise ValueError("wrong width")
        if x.shape[1] > 1_000:
            warnings.warn("long input")
        self.last_input = x
        out = torch.zeros_like(x)
        out[:, :, :3] = self.proj(x)[:, :, 3:]
        out[:, 0] += 1
        self.history.append(out.shape)
        return out
