"""A named tuple comes out."""
from typing import NamedTuple

import torch
from torch import nn


class Pose(NamedTuple):
    position: torch.Tensor
    rotation: torch.Tensor
    confidence: torch.Tensor


class PoseNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Linear(9, 16)
        self.position = nn.Linear(16, 3)
        self.rotation = nn.Linear(16, 4)
        self.confidence = nn.Linear(16, 1)

    def forward(self, points: torch.Tensor) -> Pose:
        trunk = nn.functional.elu(self.trunk(points))
        rotation = nn.functional.normalize(self.rotation(trunk), dim=-1)
        return Pose(self.position(trunk), rotation, torch.sigmoid(self.confidence(trunk)))
