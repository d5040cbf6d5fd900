"""Makes the PyTorch samples from the .py files beside it (torch 2.13), from the root of the clone:

    python -c "exec(compile(open('samples/make.py').read(), 'samples/make.py', 'exec'))"

Weights are random, from a fixed seed. Sources are compiled under relative names, because the models record them.
"""
import pathlib
import sys
import types

import torch

HERE = pathlib.Path("samples")
MODELS = {"digits": ("Digits", (1, 1, 28, 28)), "acme": ("Net", (1, 3, 32, 32))}


def load(name):
    """Imports a file of this folder under a name that is the same on every machine."""
    module = sys.modules[name] = types.ModuleType(name)
    code = (HERE / f"{name}.py").read_text()
    exec(compile(code, f"samples/{name}.py", "exec"), module.__dict__)
    return module


for name, (network, shape) in MODELS.items():
    torch.manual_seed(0)
    model = getattr(load(name), network)().eval()
    for layer in model.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            layer.running_mean.uniform_(-0.1, 0.1)
            layer.running_var.uniform_(0.8, 1.2)
    image = torch.randn(*shape)
    with torch.no_grad():
        torch.jit.trace(model, image).save(HERE / f"{name}.traced.pt")
        torch.export.save(torch.export.export(model, (image,)), HERE / f"{name}.exported.pt2")
