"""Takes complex numbers and gives them."""
import torch
from torch import nn


class Rotate(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.phase = nn.Parameter(torch.randn(width))

    def forward(self, signal):
        return signal * torch.polar(torch.ones_like(self.phase), self.phase)  # here
