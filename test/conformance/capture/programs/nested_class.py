"""A class within a class, with a registry beside it."""
from torch import nn


class Segmenter:
    """Holds the parts of a segmentation model together; not a module itself."""

    class Head(nn.Module):
        def __init__(self, width: int, classes: int = 2):
            super().__init__()
            self.refine = nn.Conv2d(width, width, 3, padding=2, dilation=2)
            self.predict = nn.ConvTranspose2d(width, classes, 4, stride=2, padding=1)

        def forward(self, features):
            return self.predict(self.refine(features).relu())
