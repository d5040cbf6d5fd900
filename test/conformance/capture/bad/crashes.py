"""Reads from nowhere."""
import ctypes

from torch import nn


class Net(nn.Module):
    def forward(self, x):
        return ctypes.string_at(0)  # here
