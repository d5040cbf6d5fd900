"""A loop whose length follows from the data, around a function of numpy."""
import numpy as np
import torch
from torch import nn


def pull(x, amount: float):
    return torch.from_numpy(x.numpy() * np.float32(1 - amount))


class Settle(nn.Module):
    """Pulls until the values are small."""

    def forward(self, x):
        while bool(x.abs().max() > 0.5):
            x = pull(x, 0.25)
        return x + 1.0
