"""Complex numbers within: a filter of the spectrum."""
import torch
from torch import nn


class SpectralFilter(nn.Module):
    def __init__(self, size=16):
        super().__init__()
        self.filter = nn.Parameter(torch.randn(size // 2 + 1, 2))
        self.size = size

    def forward(self, wave):
        spectrum = torch.fft.rfft(wave, dim=-1)
        spectrum = spectrum * torch.view_as_complex(self.filter)
        return torch.fft.irfft(spectrum, n=self.size, dim=-1), spectrum.abs()
