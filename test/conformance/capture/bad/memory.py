"""Needs more memory than it may have."""
import torch
from torch import nn


class Big(nn.Module):
    """8 GB of weights."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(8, 250_000_000))  # here


class Growing(nn.Module):
    """Fills a list, little by little."""

    def forward(self, x):
        kept = []
        while True:  # here
            kept.append(bytearray(b"x" * 1_000_000))  # here
