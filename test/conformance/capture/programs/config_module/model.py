"""A model that imports its settings from a file in the same folder."""
import settings
from torch import nn


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        layer = nn.TransformerEncoderLayer(settings.DIM, settings.HEADS, 48, dropout=0.1, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, settings.DEPTH)
        self.head = nn.Linear(settings.DIM, settings.CLASSES)

    def forward(self, x):
        return self.head(self.encoder(x)[:, 0])
