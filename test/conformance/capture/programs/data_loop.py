"""How often the loop runs is a matter of the numbers: iterates to a fixed point."""
import torch
from torch import nn


class FixedPoint(nn.Module):
    """A small deep equilibrium model."""

    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(6, 6, bias=False)
        self.outer = nn.Linear(4, 6)
        with torch.no_grad():
            self.inner.weight.mul_(0.5)

    def forward(self, x):
        z = torch.zeros(x.size(0), 6)
        change = torch.ones(1)
        while bool(change > 1e-4):
            after = torch.tanh(self.inner(z) + self.outer(x))
            change = (after - z).abs().max().reshape(1)
            z = after
        return z
