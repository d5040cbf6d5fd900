"""A convolution with what follows it."""
from torch import nn


class Block(nn.Module):
    def __init__(self, given, width, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(given, width, 3, stride, 1, bias=False)
        self.norm = nn.BatchNorm2d(width)
        self.act = nn.Hardswish()

    def forward(self, x):
        return self.act(self.norm(self.conv(x)))
