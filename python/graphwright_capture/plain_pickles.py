"""Weights of PyTorch 1.13 and 2.0, whose own safe reader takes no floats: the same safety by Python's own reader of pickles, which
asks before it takes anything by name."""

import contextlib
import pickle
import re

# What a state_dict and the numbers beside it are made of; nothing here runs what a file says.
TAKEN = {
    "collections": ("OrderedDict",),
    "torch": ("Size", "device", "Tensor"),
    "torch._utils": ("_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_parameter"),
    "torch.nn.parameter": ("Parameter",),
    "argparse": ("Namespace",),
}


class PlainUnpickler(pickle.Unpickler):
    """torch.load fills in how it finds the bytes of tensors."""

    def find_class(self, module, name):
        import torch

        kind = getattr(torch, name, None) if module == "torch" else None
        is_plain = (
            isinstance(kind, torch.dtype) or module in ("torch", "torch.storage") and re.fullmatch(r"\w+Storage", name)
        )
        if not is_plain and name not in TAKEN.get(module, ()):
            raise pickle.UnpicklingError(f"Unsupported class {module}.{name}")
        return super().find_class(module, name)


class PlainPickles:
    """What torch.load uses of its own safe reader, `torch._weights_only_unpickler`."""

    Unpickler = PlainUnpickler

    @staticmethod
    def load(opened, **options):
        return PlainUnpickler(opened, **options).load()


@contextlib.contextmanager
def plain_pickles():
    """torch.load with `weights_only` reads by this reader. It is not given as `pickle_module`, which 1.13 leaves aside."""
    import torch

    own = torch.serialization._weights_only_unpickler
    torch.serialization._weights_only_unpickler = PlainPickles
    try:
        yield
    finally:
        torch.serialization._weights_only_unpickler = own
