"""Attention by PyTorch's own function, with rotated positions."""
import torch
import torch.nn.functional as F
from torch import nn


def rotate(x):
    half = x.shape[-1] // 2
    at = torch.arange(x.shape[-2], dtype=x.dtype, device=x.device)
    rates = 100.0 ** (-torch.arange(half, dtype=x.dtype, device=x.device) / half)
    angles = at[:, None] * rates[None, :]
    left, right = x[..., :half], x[..., half:]
    return torch.cat([left * angles.cos() - right * angles.sin(), left * angles.sin() + right * angles.cos()], dim=-1)


class Attention(nn.Module):
    def __init__(self, dim=16, heads=2):
        super().__init__()
        self.heads, self.head_dim = heads, dim // heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x, causal: bool = True):
        b, n, c = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, self.heads, self.head_dim).permute(2, 0, 3, 1, 4).unbind(0)
        y = F.scaled_dot_product_attention(rotate(q), rotate(k), v, is_causal=causal)
        return self.proj(y.transpose(1, 2).reshape(b, n, c))
