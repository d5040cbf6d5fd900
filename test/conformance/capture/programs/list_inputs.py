"""A list of tensors goes in: a pyramid of features."""
from typing import List

import torch
from torch import nn


class Neck(nn.Module):
    def __init__(self):
        super().__init__()
        self.lateral = nn.ModuleList(nn.Conv2d(width, 8, 1) for width in (4, 6, 10))

    def forward(self, features: List[torch.Tensor]) -> List[torch.Tensor]:
        levels = [conv(level) for conv, level in zip(self.lateral, features)]
        for k in range(len(levels) - 1, 0, -1):
            size = levels[k - 1].shape[-2:]
            levels[k - 1] = levels[k - 1] + nn.functional.interpolate(levels[k], size=size, mode="nearest")
        return levels


def graphwright_inputs():
    return ([torch.randn(1, 4, 16, 16), torch.randn(1, 6, 8, 8), torch.randn(1, 10, 4, 4)],)
