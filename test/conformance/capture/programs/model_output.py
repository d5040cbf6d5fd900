"""Gives a dataclass that is a dictionary too, some of whose fields are None, as libraries of language models do."""
import dataclasses
from collections import OrderedDict
from typing import Optional, Tuple

import torch
from torch import nn


class ModelOutput(OrderedDict):
    def __post_init__(self):
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value is not None:
                self[field.name] = value

    def __getitem__(self, key):
        return super().__getitem__(key) if isinstance(key, str) else tuple(self.values())[key]


@dataclasses.dataclass
class TokenOutput(ModelOutput):
    loss: Optional[torch.Tensor] = None
    logits: Optional[torch.Tensor] = None
    hidden_states: Optional[Tuple[torch.Tensor, ...]] = None


class TokenModel(nn.Module):
    def __init__(self, words=60, width=12):
        super().__init__()
        self.embed = nn.Embedding(words, width)
        self.blocks = nn.ModuleList(nn.Linear(width, width) for _ in range(2))
        self.head = nn.Linear(width, 3)

    def forward(self, input_ids, attention_mask=None, output_hidden_states=False, return_dict=True):
        x = self.embed(input_ids)
        if attention_mask is not None:
            x = x * attention_mask.unsqueeze(-1)
        seen = (x,)
        for block in self.blocks:
            x = x + torch.relu(block(x))
            seen += (x,)
        logits = self.head(x)
        if not return_dict:
            return (logits, *seen) if output_hidden_states else (logits,)
        return TokenOutput(logits=logits, hidden_states=seen if output_hidden_states else None)
