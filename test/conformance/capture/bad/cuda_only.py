"""Wants a GPU."""
import torch
from torch import nn


class InInit(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 4).cuda()  # here


class InForward(nn.Module):
    def forward(self, x):
        return x + torch.ones(4, device="cuda")  # here
