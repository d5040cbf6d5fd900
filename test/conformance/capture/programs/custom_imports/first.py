from torch import nn

from .layers.curves import Curves, curve


class First(nn.Module):
    def __init__(self, act=curve):
        super().__init__()
        self.act = act
        self.mix = nn.Linear(5, 5)

    def forward(self, x):
        return Curves.soft(self.act(self.mix(x)), 0.5)
