"""Sizes that stay open go through operators whose rules say what comes of them."""
import numpy as np
import torch
from torch import nn


def stretched(x, times=2):
    """Every place several times, and every second channel."""
    return torch.from_numpy(np.repeat(x.numpy()[:, ::2], times, axis=2))


def outer(a, b):
    return torch.from_numpy(a.numpy() * b.numpy())


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(3, 7, 3, padding=1)
        self.head = nn.Conv1d(4, 2, 1)

    def forward(self, wave, gain):
        x = stretched(torch.relu(self.conv(wave)), times=3)
        return self.head(outer(x, gain)).mean(-1)
