"""Says each time that it runs: how often a capture runs a program is counted by that."""
import sys

import torch
from torch import nn


def said(x):
    recorded = type(x) is not torch.Tensor or torch._C._get_tracing_state() is not None
    sys.stderr.write("recorded run\n" if recorded else "plain run\n")


class Counted(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, x):
        said(x)
        self.calls += 1
        return self.conv(x).relu().mean(dim=(2, 3))


class Branching(Counted):
    """No way but a script keeps its condition."""

    def forward(self, x):
        if not torch.jit.is_scripting():
            said(x)
        y = self.conv(x).relu().mean(dim=(2, 3))
        return y * 2 if y.sum() > 1 else y
