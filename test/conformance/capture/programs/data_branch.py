"""Which way the forward goes is a matter of the numbers: normalises loud inputs only."""
from torch import nn


class LoudnessGate(nn.Module):
    def __init__(self):
        super().__init__()
        self.quiet = nn.Linear(10, 4)
        self.loud = nn.Linear(10, 4)

    def forward(self, x):
        if x.mean() > 0:
            x = x / x.abs().max()
            return self.loud(x)
        return self.quiet(x)
