"""Some inputs may be left out."""
from typing import Optional

import torch
from torch import nn


class CrossAttention(nn.Module):
    def __init__(self, dim=8):
        super().__init__()
        self.attention = nn.MultiheadAttention(dim, 2, batch_first=True)
        self.norm = nn.LayerNorm(dim)

    def forward(self, query, context: Optional[torch.Tensor] = None, bias: Optional[torch.Tensor] = None):
        context = query if context is None else context
        found, weights = self.attention(query, context, context, need_weights=True)
        if bias is not None:
            found = found + bias
        return self.norm(query + found), weights
