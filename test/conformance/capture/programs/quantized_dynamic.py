"""Quantised when it is built, layer by layer, as for a processor."""
import torch
from torch import nn


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(8, 16)
        self.out = nn.Linear(16, 4)

    def forward(self, x):
        return self.out(torch.relu(self.hidden(x)))


def quantized():
    return torch.ao.quantization.quantize_dynamic(Classifier().eval(), {nn.Linear}, dtype=torch.qint8)
