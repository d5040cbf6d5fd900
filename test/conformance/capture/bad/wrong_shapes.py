"""Has a forward that takes rows of four."""
from torch import nn


class Net(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        if width > 100:
            raise ValueError("too wide")  # here (build)
        self.linear = nn.Linear(width, 2)

    def forward(self, x):
        y = x.transpose(0, 1)
        return self.linear(y.transpose(0, 1))  # here (run)


def nothing():
    Net()


def recursive():
    return recursive()  # here
