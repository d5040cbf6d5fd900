"""A step of a diffusion model: a time in, its embedding by sines, and a shift and scale from it."""
import math

import torch
from torch import nn


def timestep_embedding(t, dim, max_period=10000):
    half = dim // 2
    rates = torch.exp(-math.log(max_period) * torch.arange(0, half, dtype=torch.float32, device=t.device) / half)
    args = t[:, None].float() * rates[None]
    return torch.cat([torch.cos(args), torch.sin(args)], dim=-1)


class Denoise(nn.Module):
    def __init__(self, channels=4, dim=8):
        super().__init__()
        self.dim = dim
        self.time = nn.Sequential(nn.Linear(dim, 16), nn.SiLU(), nn.Linear(16, channels * 2))
        self.norm = nn.GroupNorm(2, channels)
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, sample, timestep):
        scale, shift = self.time(timestep_embedding(timestep, self.dim))[..., None, None].chunk(2, dim=1)
        return sample + self.conv(self.norm(sample) * (1 + scale) + shift)
