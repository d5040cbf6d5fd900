"""A class that takes one dict with everything in it."""
from torch import nn

DEFAULTS = {"channels": [8, 16], "kernel": 3, "norm": True, "classes": 4}


class ConvNet(nn.Module):
    def __init__(self, config):
        super().__init__()
        config = {**DEFAULTS, **config}
        layers, last = [], 3
        for width in config["channels"]:
            layers.append(nn.Conv2d(last, width, config["kernel"], stride=2, padding=config["kernel"] // 2))
            if config["norm"]:
                layers.append(nn.BatchNorm2d(width))
            layers.append(nn.LeakyReLU(0.1))
            last = width
        self.features = nn.Sequential(*layers)
        self.head = nn.Linear(last, config["classes"])

    def forward(self, image):
        return self.head(self.features(image).mean(dim=(2, 3)))
