"""A function whose entry has no rules: its types and sizes are those of a run."""
import numpy as np
import torch
from torch import nn


def spread(x, count):
    """Rows of equal values between the smallest and the largest of each row, and where the largest is."""
    values = x.numpy()
    rows = np.linspace(values.min(-1), values.max(-1), count, axis=-1)
    return torch.from_numpy(rows.astype(np.float32)), torch.from_numpy(values.argmax(-1).astype(np.int32))


class Histogram(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(5, 3)

    def forward(self, x):
        wide, place = spread(x, 5)
        again, _ = spread(self.head(wide), 2)
        return again, place
