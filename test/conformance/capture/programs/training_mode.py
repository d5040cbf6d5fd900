"""Is handed over in training mode, with dropout and batch normalisation."""
import torch
import torch.nn.functional as F
from torch import nn


class Noisy(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 4, 3)
        self.norm = nn.BatchNorm2d(4)
        self.drop = nn.Dropout2d(0.5)
        self.train()

    def forward(self, x):
        if self.training:
            x = x + 0.1 * torch.randn_like(x)
        x = self.drop(F.relu(self.norm(self.conv(x))))
        return F.dropout(x, 0.3, self.training)
