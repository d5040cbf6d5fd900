"""Keeps its parameters in bounds in forward, as people do: under no_grad, through .data, and by other numbers in their place."""
import torch
from torch import nn


class Tamed(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.linear = nn.Linear(width, 3)
        self.scale = nn.Parameter(torch.full((width,), 0.75))
        self.shift = nn.Parameter(torch.ones(width))
        self.gain = nn.Parameter(torch.tensor(2.0))

    def forward(self, x):
        with torch.no_grad():
            self.scale.mul_(0.5)
        self.shift.data.sub_(0.25)
        self.gain.data = self.gain.data * 1.5
        self.linear.weight.data.clamp_(-0.2, 0.2)
        return self.linear(x * self.scale + self.shift) * self.gain
