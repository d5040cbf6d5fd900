from functions import ACTS, Split, swish
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(6, 6) for _ in range(3)])
        self.act = ACTS["swish"]

    def forward(self, x):
        for k, layer in enumerate(self.layers):
            x = swish(layer(x), 1.0 + k)
        left, right = Split.apply(self.act(x), 2)
        return left.repeat(1, 2) * right
