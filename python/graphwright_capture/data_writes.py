"""Lets what the program does through the `data` of a tensor be recorded: no way of capturing sees that attribute by itself."""

import contextlib
import sys

from .places import is_torchs


@contextlib.contextmanager
def data_recorded():
    """While this lasts, `tensor.data` is a view that operators write through, and `tensor.data = other` copies its numbers:
    the same numbers, since nothing asks for gradients. What PyTorch itself does with it stays."""
    import torch

    original = torch.Tensor.data
    own = "data" in vars(torch.Tensor)

    def read(self):
        return original.__get__(self) if is_torchs_call() else self.detach()

    def write(self, value):
        # Numbers of another type or shape cannot take their place: then the way of capturing says what it thinks of it.
        fits = isinstance(value, torch.Tensor) and (value.shape, value.dtype) == (self.shape, self.dtype)
        if is_torchs_call() or not fits:
            original.__set__(self, value)
        else:
            with torch.no_grad():
                self.copy_(value)

    torch.Tensor.data = property(read, write)
    try:
        yield
    finally:
        if own:
            torch.Tensor.data = original
        else:
            del torch.Tensor.data


def is_torchs_call():
    return is_torchs(sys._getframe(2).f_code.co_filename)
