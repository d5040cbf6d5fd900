"""A forward that leaves for numpy and comes back: no way of PyTorch's can follow it."""
import numpy as np
import torch
from torch import nn


def soft_threshold(x, amount):
    """Shrinks towards zero, in numpy since the rest of the lab does."""
    values = x.detach().cpu().numpy()
    shrunk = np.sign(values) * np.maximum(np.abs(values) - amount, 0)
    return torch.from_numpy(shrunk.astype(np.float32)).to(x.device)


class Denoiser(nn.Module):
    def __init__(self):
        super().__init__()
        self.analysis = nn.Conv1d(1, 8, 5, padding=2)
        self.synthesis = nn.ConvTranspose1d(8, 1, 5, padding=2)

    def forward(self, signal):
        return self.synthesis(soft_threshold(self.analysis(signal), 0.25))
