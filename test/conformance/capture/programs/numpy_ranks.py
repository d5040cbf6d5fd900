"""Leaves for numpy in forward, and nothing stands for it: export can follow what numpy does, a trace cannot."""
import numpy as np
import torch
from torch import nn


def ranks(x):
    order = np.argsort(np.argsort(x.detach().numpy(), axis=-1), axis=-1)
    return torch.from_numpy(order.astype("float32"))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(5, 3)

    def forward(self, x):
        return self.linear(x) + ranks(self.linear(x))
