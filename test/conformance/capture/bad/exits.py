"""Ends the process in different places."""
import os
import sys

from torch import nn


class InForward(nn.Module):
    def forward(self, x):
        sys.exit("no GPU, giving up")  # here


def at_once():
    os._exit(3)


def killed():
    os.kill(os.getpid(), 9)
