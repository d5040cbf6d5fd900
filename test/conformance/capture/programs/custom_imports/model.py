"""One function, imported by name into two modules, kept in a table, bound by partial and given as a default."""
from torch import nn

from .first import First
from .layers.curves import TABLE, Curves, bend, curve


def doubled(scale):
    def act(x):
        return curve(x, beta=scale) * scale

    return act


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = First()
        self.steep = TABLE["steep"]
        self.act = doubled(2.0)

    def forward(self, x):
        x = self.first(x)
        x = self.steep(x) + TABLE["curve"](x) + self.act(x)
        return bend(Curves.hard(0.3 * x), knee=0.125)
