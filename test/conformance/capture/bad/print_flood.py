"""Prints without end, without ever ending the line."""
import sys

import torch

while True:  # here
    sys.stdout.write("loading " * 1000)  # here


class Net(torch.nn.Module):
    pass
