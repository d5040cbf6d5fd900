"""Takes exactly six columns, and two rows, whatever one would like."""
from torch import nn


class Columns(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(6, 2)

    def forward(self, x):
        return self.linear(x.t())  # here


class Rows(nn.Module):
    def forward(self, x):
        assert x.shape[0] == 2
        return x + x[0]
