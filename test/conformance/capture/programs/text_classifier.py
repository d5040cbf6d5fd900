"""Whole numbers in: tokens with a mask of padding."""
import torch
from torch import nn


class TextClassifier(nn.Module):
    """
    Args:
        input_ids: ``int64[batch, length]``, 0 is padding
        attention_mask: ``int64[batch, length]``, 1 where there is a word
    """

    def __init__(self, vocab_size=1000, dim=8):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, dim)
        self.head = nn.Linear(dim, 2)

    def forward(self, input_ids: torch.LongTensor, attention_mask: torch.LongTensor):
        mask = attention_mask.unsqueeze(-1).to(self.head.weight.dtype)
        summed = (self.embedding(input_ids) * mask).sum(1)
        return self.head(summed / mask.sum(1).clamp(min=1e-6)), attention_mask.sum(1)
