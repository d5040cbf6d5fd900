"""Reads options when it is imported, and one of them is required."""
import argparse

from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--data", required=True)
options = parser.parse_args()  # here


class Net(nn.Module):
    pass
