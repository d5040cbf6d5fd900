"""Counts its calls and keeps a running mean in buffers that forward writes to."""
import torch
from torch import nn


class Running(nn.Module):
    def __init__(self, width=7):
        super().__init__()
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("calls", torch.zeros((), dtype=torch.long))
        self.linear = nn.Linear(width, 3)

    def forward(self, x):
        self.calls += 1
        self.mean.mul_(0.9).add_(x.mean(dim=0), alpha=0.1)
        return self.linear(x - self.mean)
