"""A forward that runs under autocast for the GPU and without gradients."""
import torch
from torch import nn


class Predictor(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 4))

    @torch.no_grad()
    def forward(self, x):
        with torch.autocast("cuda", enabled=torch.cuda.is_available()):
            y = self.net(x)
        return y.float().softmax(-1), y.argmax(-1)
