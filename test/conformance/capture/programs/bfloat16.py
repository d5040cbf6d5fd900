"""A model that keeps its weights in bfloat16 and computes in float32."""
import torch
from torch import nn


class Stored(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(6, 10).to(torch.bfloat16))
        self.bias = nn.Parameter(torch.zeros(6, dtype=torch.bfloat16))

    def forward(self, x):
        return nn.functional.linear(x, self.weight.float(), self.bias.float())
