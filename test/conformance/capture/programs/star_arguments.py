"""Arguments by position and by star, and a model that takes any number of inputs."""
import torch
from torch import nn


class Fusion(nn.Module):
    def __init__(self, *widths, reduce="sum", **options):
        super().__init__()
        self.branches = nn.ModuleList(nn.Linear(width, 4, **options) for width in widths)
        self.reduce = reduce

    def forward(self, *streams):
        stacked = torch.stack([branch(stream) for branch, stream in zip(self.branches, streams)])
        return getattr(stacked, self.reduce)(dim=0)
