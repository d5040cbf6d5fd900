"""A configuration as a dataclass with defaults, and a class that takes it."""
from dataclasses import dataclass, field
from enum import Enum
from typing import List, Optional

from torch import nn


class Norm(Enum):
    LAYER = "layer"
    NONE = "none"


@dataclass
class Config:
    widths: List[int] = field(default_factory=lambda: [20, 14, 6])
    norm: Norm = Norm.LAYER
    dropout: float = 0.2


class Mlp(nn.Module):
    def __init__(self, config: Optional[Config] = None):
        super().__init__()
        self.config = config or Config()
        widths = self.config.widths
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:]))
        self.norms = nn.ModuleList(
            nn.LayerNorm(width) if self.config.norm is Norm.LAYER else nn.Identity() for width in widths[1:]
        )
        self.dropout = nn.Dropout(self.config.dropout)

    def forward(self, features):
        for layer, norm in zip(self.layers, self.norms):
            features = self.dropout(norm(layer(features)).tanh())
        return features
