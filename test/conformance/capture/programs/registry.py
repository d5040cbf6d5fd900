"""Models by name from a registry, as toolboxes build them."""
import functools

from torch import nn

MODELS = {}


def register(name, **defaults):
    def add(kind):
        MODELS[name] = functools.partial(kind, **defaults)
        return kind

    return add


def build(cfg):
    cfg = dict(cfg)
    return MODELS[cfg.pop("type")](**cfg)


class Base(nn.Module):
    def forward(self, x, mode="tensor"):
        features = self.extract(x)
        return self.head(features) if mode == "tensor" else features


@register("ShiftNet", width=6)
class ShiftNet(Base):
    def __init__(self, width, groups=1):
        super().__init__()
        self.conv = nn.Conv2d(4, width, 3, groups=groups, padding_mode="reflect", padding=1)
        self.head = nn.PReLU(width)

    def extract(self, x):
        return self.conv(x.roll(shifts=(1, -1), dims=(2, 3)))
