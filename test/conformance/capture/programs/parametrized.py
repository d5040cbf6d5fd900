"""Weights that are computed from others: weight norm, an orthogonal matrix and a rule of its own."""
import torch
from torch import nn
from torch.nn.utils import parametrizations, parametrize


class Symmetric(nn.Module):
    def forward(self, weight):
        return weight.triu() + weight.triu(1).transpose(-1, -2)


class Flow(nn.Module):
    def __init__(self, width=6):
        super().__init__()
        self.conv = parametrizations.weight_norm(nn.Conv1d(2, width, 3))
        self.rotate = parametrizations.orthogonal(nn.Linear(width, width, bias=False))
        self.mix = nn.Linear(width, width)
        parametrize.register_parametrization(self.mix, "weight", Symmetric())

    def forward(self, wave):
        x = torch.relu(self.conv(wave)).transpose(1, 2)
        return self.mix(self.rotate(x))
