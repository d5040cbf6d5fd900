"""Built from a tree of settings that names its classes, as Hydra does."""
import functools
import importlib

from torch import nn


class Node(dict):
    """Settings by attribute or by key."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


def node(tree):
    return Node({key: node(each) for key, each in tree.items()}) if isinstance(tree, dict) else tree


cfg = node(
    {
        "seed": 3,
        "model": {
            "_target_": "torch.nn.Sequential",
            "layers": [
                {"_target_": "torch.nn.Linear", "in_features": 6, "out_features": 10},
                {"_target_": "torch.nn.GELU"},
                {"_target_": "hydra_config.Residual", "width": 10},
            ],
        },
    }
)


def instantiate(settings):
    settings = dict(settings)
    module, name = settings.pop("_target_").rsplit(".", 1)
    layers = [instantiate(each) for each in settings.pop("layers", [])]
    return getattr(importlib.import_module(module), name)(*layers, **settings)


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.inner = nn.Linear(width, width)

    def forward(self, x):
        return x + self.inner(x).tanh()


def main_with(settings):
    def around(function):
        @functools.wraps(function)
        def main():
            return function(settings)

        return main

    return around


def build(cfg):
    return instantiate(cfg.model)


@main_with(cfg)
def main(cfg):
    print(build(cfg))


if __name__ == "__main__":
    main()
