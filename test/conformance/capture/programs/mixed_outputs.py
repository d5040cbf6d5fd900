"""Nested outputs of several types, with a None among them."""
import torch
from torch import nn


class Ranker(nn.Module):
    def __init__(self):
        super().__init__()
        self.score = nn.Linear(5, 1)

    def forward(self, items):
        scores = self.score(items).squeeze(-1)
        best = scores.topk(2, dim=-1)
        order = {"values": best.values, "indices": best.indices}
        return (scores > 0, None, [order, scores.argsort(dim=-1, descending=True)]), scores.size(0)
