"""Collects what its layers give by hooks."""
from collections import OrderedDict

from torch import nn


class Extractor(nn.Module):
    def __init__(self, layers=("conv1", "conv3")):
        super().__init__()
        self.body = nn.Sequential(
            OrderedDict(
                conv1=nn.Conv2d(3, 4, 3, padding=1),
                relu1=nn.ReLU(),
                conv2=nn.Conv2d(4, 4, 3, padding=1),
                relu2=nn.ReLU(),
                conv3=nn.Conv2d(4, 6, 3, stride=2),
            )
        )
        self.found = {}
        for name in layers:
            getattr(self.body, name).register_forward_hook(self.keep(name))
        self.register_forward_pre_hook(lambda module, given: (given[0] * 2 - 1,))

    def keep(self, name):
        def hook(module, given, made):
            self.found[name] = made

        return hook

    def forward(self, image):
        self.found = {}
        self.body(image)
        return self.found
