"""Moves to the GPU where there is one."""
import torch
from torch import nn

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Positions(nn.Module):
    def __init__(self, device=DEVICE):
        super().__init__()
        self.device = device
        self.table = nn.Embedding(64, 8)
        self.to(device)
        if torch.cuda.is_available():
            self.cuda()

    def forward(self, x):
        x = x.to(self.device)
        at = torch.arange(x.shape[1], device=x.device).unsqueeze(0)
        return (x + self.table(at)).cpu()
