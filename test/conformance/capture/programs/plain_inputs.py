"""Takes whole numbers, switches and a text beside its tensors, and a dictionary of tensors."""
from typing import Dict, Optional

import torch
from torch import Tensor, nn


class Blend(nn.Module):
    def __init__(self, width=5):
        super().__init__()
        self.image = nn.Linear(width, width)
        self.audio = nn.Linear(width, width)

    def forward(
        self,
        features: Dict[str, Tensor],
        steps: int,
        normalize: bool = False,
        reduction: str = "mean",
        mask: Optional[Tensor] = None,
    ):
        x = self.image(features["image"]) + self.audio(features["audio"])
        for _ in range(steps):
            x = torch.tanh(x) * 2
        if mask is not None:
            x = x * mask
        if normalize:
            x = x / x.norm(dim=-1, keepdim=True)
        return x.mean(dim=1) if reduction == "mean" else x.sum(dim=1)
