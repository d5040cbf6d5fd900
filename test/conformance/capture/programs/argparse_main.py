"""A script that reads its options in main() and keeps its class at the top."""
import argparse

import torch
from torch import nn


class Net(nn.Module):
    """Two layers over rows of features."""

    def __init__(self, hidden, classes=5):  # here (a case leaves hidden out)
        super().__init__()
        self.body = nn.Sequential(nn.Linear(12, hidden), nn.ReLU(), nn.Linear(hidden, classes))

    def forward(self, x):
        return self.body(x)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--hidden", type=int, required=True)
    parser.add_argument("--epochs", type=int, default=1)
    options = parser.parse_args()
    model = Net(options.hidden)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(options.epochs):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(torch.randn(4, 12)), torch.tensor([0, 1, 2, 3]))
        loss.backward()
        optimizer.step()


if __name__ == "__main__":
    main()
