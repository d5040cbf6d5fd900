"""Hands its numbers to Python's own library in forward, and nothing stands for that."""
import statistics

import torch
from torch import nn


def median_of_rows(x):
    rows = x.reshape(-1, x.shape[-1])
    return torch.tensor([statistics.median(row) for row in rows.tolist()])  # here


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(5, 3)

    def forward(self, x):
        x = self.linear(x)
        return x - median_of_rows(x)[:, None]
