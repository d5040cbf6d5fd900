"""An encoder and a decoder that hand a state on."""
import torch
from torch import nn


class Seq2Seq(nn.Module):
    def __init__(self, vocabulary=1000, width=10):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width, padding_idx=0)
        self.encoder = nn.LSTM(width, width, num_layers=2, batch_first=True)
        self.cell = nn.GRUCell(width, width)
        self.out = nn.Linear(width, 7)

    def forward(self, source, steps: int = 3):
        _, (state, memory) = self.encoder(self.embed(source))
        hidden, given = state[-1], memory[-1]
        made = []
        for _ in range(steps):
            hidden = self.cell(given, hidden)
            given = hidden.tanh()
            made.append(self.out(hidden))
        return torch.stack(made, dim=1), hidden
