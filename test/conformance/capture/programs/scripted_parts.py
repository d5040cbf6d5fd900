"""A scripted function and a scripted submodule inside an ordinary model."""
import torch
from torch import nn


@torch.jit.script
def fused_gate(x, y):
    return torch.tanh(x) * torch.sigmoid(y)


class Post(nn.Module):
    def forward(self, x):
        for _ in range(2):
            x = x + x.mean(dim=-1, keepdim=True)
        return x


class Wave(nn.Module):
    def __init__(self):
        super().__init__()
        self.gates = nn.Conv1d(3, 8, 2, dilation=2)
        self.post = torch.jit.script(Post())

    def forward(self, x):
        left, right = self.gates(x).chunk(2, dim=1)
        return self.post(fused_gate(left, right))
