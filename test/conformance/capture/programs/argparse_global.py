"""A script that reads the command line when it is imported, and builds its model from what it read."""
import argparse

from torch import nn

parser = argparse.ArgumentParser(description="Trains a small network")
parser.add_argument("--width", type=int, required=True)
parser.add_argument("--act", choices=["relu", "silu"], default="relu")
args = parser.parse_args()


def build():
    act = {"relu": nn.ReLU, "silu": nn.SiLU}[args.act]
    return nn.Sequential(nn.Conv2d(3, args.width, 3, padding=1), act(), nn.Conv2d(args.width, 1, 1))
