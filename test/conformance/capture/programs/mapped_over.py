"""A function of one example, over a batch of them by torch.vmap."""
import torch
from torch import nn


def scores(query, keys, temperature):
    return torch.softmax(keys @ query / temperature, dim=0)


class Lookup(nn.Module):
    def __init__(self, entries=5, width=4):
        super().__init__()
        self.keys = nn.Parameter(torch.randn(entries, width))
        self.values = nn.Linear(entries, 3)

    def forward(self, queries):
        weights = torch.vmap(scores, in_dims=(0, None, None))(queries, self.keys, 0.5)
        return self.values(weights)
