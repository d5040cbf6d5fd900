"""Chooses by the data in a way that no script can hold."""
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.factors = {"up": 2.0, "down": 0.5}

    def pick(self, x, *names):
        return self.factors[names[0] if x.sum().item() > 0 else names[1]]  # here

    def forward(self, x):
        return x * self.pick(x, "up", "down")
